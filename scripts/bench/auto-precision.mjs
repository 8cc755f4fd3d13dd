// What `quantize --auto` reaches on photos that took no part: `node scripts/bench/auto-precision.mjs MODEL PHOTOS` with the RFB-320 face
// detector and its photos, in TensorRT's form. Five seeded splits, 9 photos to calibrate and choose on, 5 to test; figures pooled over the
// splits (Σ signal / Σ error), Q/DQ executed as written.
//
// --min X (29), --metric M (sqnr:scores[...,1]), --method NAME (auto), --splits N (5): what is asked for. --plain: full INT8 beside it.
// --network depthwise: the depthwise classifier of the tests instead, which needs nothing that is not in this repository.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { storedBatches } from '../../dist/lib/backends/onnxruntime/batch-store.js';
import { WorkerProcess } from '../../dist/lib/backends/onnxruntime/index.js';
import { modelInputs, openDataset, selectSamples } from '../../dist/lib/data/index.js';
import { quantize } from '../../dist/lib/index.js';
import { openModel } from '../../dist/lib/model/index.js';
import { countShared, detect } from '../../examples/metrics/detections.mjs';
import { measureDepthwise } from './auto-precision/depthwise.mjs';

const string = { type: 'string' };
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    min: { ...string, default: '29' },
    metric: { ...string, default: 'sqnr:scores[...,1]' },
    method: { ...string, default: 'auto' },
    splits: { ...string, default: '5' },
    plain: { type: 'boolean' },
    network: { ...string, default: 'detector' },
  },
});
const detector = fileURLToPath(new URL('../../../shared/data/face-detector', import.meta.url));
const [model = path.join(detector, 'version-RFB-320.onnx'), photos = path.join(detector, 'photos')] = positionals;
if (options.network === 'detector' && !(existsSync(model) && existsSync(photos))) {
  throw new Error(`${model} or ${photos} is not there: name the RFB-320 face detector and a folder of photos`);
}
const preprocess = { mean: [127, 127, 127], std: [128, 128, 128] };
const [calibrate, test] = [9, 5];
const folder = mkdtempSync(path.join(tmpdir(), 'calibrt-auto-'));
try {
  await (options.network === 'depthwise' ? measureDepthwise(folder) : measure());
} finally {
  rmSync(folder, { recursive: true });
}

async function measure() {
  const kinds = { ...(options.plain ? { 'full INT8': {} } : {}), '--auto': { auto: true, min: Number(options.min) } };
  for (const [name, extra] of Object.entries(kinds)) {
    const pooled = newSums();
    console.log(
      `\n${name}: --method ${options.method} --metric '${options.metric}'${extra.auto ? ` --min ${options.min}` : ''}\n`,
    );
    console.log(
      '| split | faces, dB | boxes, dB | faces found | F1 | MACs in INT8 | chosen on | repairs | out of INT8 |',
    );
    console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |');
    for (let seed = 0; seed < Number(options.splits); seed++) {
      const output = path.join(folder, `${seed}.onnx`);
      const draw = { data: photos, preprocess, limit: calibrate + test, seed, holdout: test };
      const { auto, repairs = [] } = await quantize(model, output, {
        ...draw,
        method: options.method,
        metric: options.metric,
        ...extra,
      });
      const own = await compare(output, seed);
      add(pooled, own);
      const chosen = auto
        ? [percent(auto.int8Share), auto.chosen.toFixed(2), kept(repairs), auto.exclude.join(' ')]
        : ['100.0 %', '', '', ''];
      console.log(`| ${seed} | ${row(own)} | ${chosen.join(' | ')} |`);
    }
    console.log(`| pooled | ${row(pooled)} | | | | |`);
  }
}

/** Sums over the photos of a split that took no part. */
async function compare(candidate, seed) {
  const inputs = modelInputs((await openModel(model)).inputs);
  const spec = { sources: [{ path: photos }], preprocess };
  const { size } = await openDataset(spec, inputs);
  const { holdout } = selectSamples(size, { limit: calibrate + test, seed, holdout: test });
  const worker = new WorkerProcess();
  const stored = [];
  try {
    for (const [index, network] of [model, candidate].entries()) {
      stored.push(path.join(folder, `outputs-${seed}-${index}`));
      await worker.run({
        kind: 'record',
        model: network,
        source: { kind: 'dataset', spec, inputs, indices: holdout },
        tensors: ['scores', 'boxes'],
        folder: stored.at(-1),
        batch: 1,
        fixedBatch: true,
        threads: 2,
        exactQdq: true,
        phase: 'test',
      });
    }
  } finally {
    await worker[Symbol.asyncDispose]();
  }
  const sums = newSums();
  const others = storedBatches(stored[1]);
  for await (const { inputs: expected } of storedBatches(stored[0])) {
    const { inputs: actual } = (await others.next()).value;
    const face = (_, index) => index % 2 === 1;
    pool(sums.faces, expected.scores.data.filter(face), actual.scores.data.filter(face));
    pool(sums.boxes, expected.boxes.data, actual.boxes.data);
    const [theirs, ours] = [detect(expected), detect(actual)];
    sums.found[0] += ours.length;
    sums.found[1] += theirs.length;
    sums.shared += countShared(theirs, ours);
  }
  for (const each of stored) rmSync(each, { recursive: true });
  return sums;
}

function newSums() {
  return { faces: [0, 0], boxes: [0, 0], found: [0, 0], shared: 0 };
}

function pool(sums, expected, actual) {
  expected.forEach((value, index) => {
    sums[0] += value ** 2;
    sums[1] += (value - actual[index]) ** 2;
  });
}

function add(all, one) {
  for (const name of ['faces', 'boxes', 'found']) one[name].forEach((value, index) => (all[name][index] += value));
  all.shared += one.shared;
}

function row({ faces, boxes, found, shared }) {
  const db = ([signal, error]) => (10 * Math.log10(signal / error)).toFixed(2);
  const f1 = (2 * shared) / (found[0] + found[1]);
  return `${db(faces)} | ${db(boxes)} | ${found[0]} of ${found[1]} | ${f1.toFixed(3)}`;
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

function kept(repairs) {
  return repairs.flatMap((report) => (report.kept ? [report.repair] : [])).join(', ');
}
