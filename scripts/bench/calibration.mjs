// What a calibration costs beside inference alone: `node scripts/bench/calibration.mjs [--rounds N] [--samples N] [--images] [MODEL]` after
// a build. All sides are whole processes that run the same network with the same tensors exposed over the same samples, read by
// the same loader; they take turns, so that all meet the same weather. MODEL defaults to a ResNet-50 topology of random weights.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { calibratorNames } from '../../dist/calibrators/index.js';
import { WorkerProcess } from '../../dist/lib/backends/onnxruntime/index.js';
import { exposeTensors, placeQdq } from '../../dist/lib/model/index.js';
import { searchRanges } from '../../dist/lib/pipeline/calibration/ranges.js';
import { prepareModel } from '../../dist/lib/pipeline/prepare.js';
import { readTable, unpackStatistics } from '../../dist/lib/tables/index.js';
import { resnet50 } from '../fixtures/resnet50.mjs';
import { Random } from '../fixtures/topologies/random.mjs';
import { writeImages } from './images.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    samples: { type: 'string', default: '100' },
    images: { type: 'boolean', default: false },
  },
});
const samples = Number(options.samples);
const model = positionals[0] ?? (await resnet50());
const main = fileURLToPath(new URL('../../dist/lib/cli/main.js', import.meta.url));
const bare = fileURLToPath(new URL('bare-loop.mjs', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'calibrt-cost-'));
const at = (name) => join(folder, name);
try {
  const { tensors, shape } = await expose(model, at('exposed.onnx'));
  const data = await writeSamples(shape);
  console.log(
    `${basename(model)}, ${tensors} tensors, ${samples} samples (${basename(data)}), ${options.rounds} rounds; ` +
      `${cpus()[0].model.trim()}, ${availableParallelism()} threads, Node ${process.version}`,
  );
  const preset = options.images ? ['--preset', 'imagenet'] : [];
  const sides = {
    'bare loop': [bare, at('exposed.onnx'), data, String(samples)],
    'bare, no spinning': [bare, at('exposed.onnx'), data, String(samples), String(availableParallelism())],
    calibrate: [main, 'calibrate', model, '-o', at('table.json'), '--data', data, '--json', '--quiet', ...preset],
  };
  const rounds = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [name, args] of Object.entries(sides)) rounds[name].push(await measure(args));
  }
  report(rounds);
  await reportSearches(at('table.json'));
} finally {
  await rm(folder, { recursive: true });
}

/** Writes what `calibrate` itself runs: the cleaned network with the tensors that Q/DQ needs as outputs. */
async function expose(path, exposed) {
  const worker = new WorkerProcess();
  try {
    const { model: cleaned } = await prepareModel(path, worker);
    const tensors = placeQdq(cleaned, { form: 'tensorrt' }).activations.map(({ tensor }) => tensor);
    await exposeTensors(cleaned, tensors).save(exposed);
    return { tensors: tensors.length, shape: cleaned.inputs[0].shape.slice(1) };
  } finally {
    await worker[Symbol.asyncDispose]();
  }
}

async function writeSamples(shape) {
  if (options.images) {
    await writeImages(at('images'), samples, shape[1]);
    return at('images');
  }
  const length = shape.reduce((product, size) => product * size, samples);
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${[samples, ...shape].join(', ')}), }`;
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1');
  const values = new Uint8Array(new Random(1).normals(length).buffer);
  await writeFile(at('samples.npy'), Buffer.concat([prefix, Buffer.from(`${header.padEnd(117)}\n`), values]));
  return at('samples.npy');
}

async function measure(args) {
  const start = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 << 20 });
  return { seconds: (performance.now() - start) / 1000, ...JSON.parse(stdout) };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function report({ calibrate, ...floors }) {
  const line = (...cells) => cells.map((cell, index) => (index === 0 ? cell.padEnd(20) : cell.padStart(14))).join('');
  console.log(line('median', 'process s', 'ratio', 'peak RSS MB', 'ratio', 'runs alone s'));
  const figures = (side, key) => median(side.map((round) => round[key]));
  for (const [name, side] of Object.entries(floors)) {
    const [seconds, rss, loop] = ['seconds', 'peakRssMb', 'loopMs'].map((key) => figures(side, key));
    console.log(line(name, seconds.toFixed(2), '', rss.toFixed(0), '', (loop / 1000).toFixed(2)));
  }
  // Of each round, for the weather changes between rounds; and to the better floor, for whoever writes such a loop may choose.
  const ratio = (key) => {
    const floor = (round) => Math.min(...Object.values(floors).map((side) => side[round][key]));
    return median(calibrate.map((figure, round) => figure[key] / floor(round))).toFixed(2);
  };
  const [seconds, rss] = ['seconds', 'peakRssMb'].map((key) => figures(calibrate, key));
  const phases = calibrate.map(({ timings }) => timings);
  const phase = (name) => median(phases.map((timings) => timings[name]));
  const runs = (phase('calibrate') / 1000).toFixed(2);
  console.log(line('calibrate', seconds.toFixed(2), ratio('seconds'), rss.toFixed(0), ratio('peakRssMb'), runs));
  const spent = Object.keys(phases[0]).map((name) => `${name} ${phase(name).toFixed(0)}`);
  console.log(`ms by phase of calibrate: ${spent.join(', ')}`);
}

async function reportSearches(path) {
  const table = await readTable(path);
  const statistics = await unpackStatistics(table.statistics);
  const spent = [];
  let total = 0;
  for (const method of calibratorNames) {
    const times = [];
    for (let run = 0; run < 5; run++) {
      const start = performance.now();
      await searchRanges(statistics, method, {}, 'symmetric');
      times.push(performance.now() - start);
    }
    total += median(times);
    spent.push(`${method} ${median(times).toFixed(0)}`);
  }
  console.log(`ms to search all ${statistics.size} thresholds: ${spent.join(', ')}; together ${total.toFixed(0)}`);
}
