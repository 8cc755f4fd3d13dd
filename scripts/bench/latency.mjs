// What `calibrt bench` says of the CPU, against a bare loop over onnxruntime-node: FP32 and INT8 of the same models.
// `node scripts/bench/latency.mjs [ROUNDS [NAME...]]`; default: 10 rounds, all networks. Bare loops, each in a process of its own, and
// calibrt's rounds take turns, so that what the machine does meanwhile hits both; then one benchmark is given the same model twice.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchmark, quantize } from '../../dist/lib/index.js';
import { resnet50 } from '../fixtures/resnet50.mjs';
import { writeImages } from './images.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const gray = { data: here('../../demo/calibration'), preprocess: { pixelFormat: 'gray', preset: 'unit' } };
const fixture = (name) => here(`../../test/fixtures/networks/${name}`);

/** Those whose run is shorter than a scheduler's slice can be measured on a busy machine too. */
const networks = {
  demo: async () => ({ model: here('../../demo/model.onnx'), shape: [1, 1, 32, 32], ...gray, durationMs: 300 }),
  second: async () => ({
    ...{ model: fixture('second.onnx'), shape: [1, 1, 16, 16], data: fixture('second-calibration.npy') },
    durationMs: 300,
  }),
  depthwise: async () => ({ model: fixture('depthwise.onnx'), shape: [1, 1, 32, 32], ...gray, durationMs: 300 }),
  'ResNet-50': async () => {
    const images = join(folder, 'images');
    await writeImages(images, 10, 224);
    const model = await resnet50({ batch: 1, batchNorm: false });
    return { model, shape: [1, 3, 224, 224], data: images, preprocess: { preset: 'imagenet' }, durationMs: 1000 };
  },
};

const rounds = Number(process.argv[2] ?? 10);
const names = process.argv.length > 3 ? process.argv.slice(3) : Object.keys(networks);
const threads = availableParallelism();
const warmUpMs = 200;
const folder = await mkdtemp(join(tmpdir(), 'calibrt-latency-'));
console.log(`${cpus()[0].model.trim()}, ${threads} threads, load ${loadavg()[0].toFixed(1)}, ${rounds} rounds`);
try {
  for (const name of names) await compare(name, await networks[name]());
} finally {
  await rm(folder, { recursive: true });
}

async function compare(name, { model: fp32, shape, durationMs, ...samples }) {
  const int8 = join(folder, `${name}.onnx`);
  await quantize(fp32, int8, { ...samples, limit: 50, holdout: 0, form: 'onnxruntime' });
  const models = [fp32, int8];

  const bare = models.map(() => []);
  const ours = models.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, model] of models.entries()) {
      const loop = () => bare[index].push(bareLoop(model, shape, durationMs));
      const bench = async () => {
        const [{ trace }] = await timed([model], shape, 1, durationMs);
        ours[index].push(Array.from(trace.computeEnd, (end, query) => end - trace.computeStart[query]));
      };
      // Whoever comes second finds the machine as the other left it.
      if (round % 2 === 0) loop();
      await bench();
      if (round % 2 === 1) loop();
    }
  }
  for (const [index, precision] of ['FP32', 'INT8'].entries()) {
    const [theirs, mine] = [median(bare[index].flat()), median(ours[index].flat())];
    const each = ours[index].map((times, round) => median(times) / median(bare[index][round]));
    console.log(
      `${name} ${precision}: bare loop ${theirs.toFixed(4)} ms, calibrt ${mine.toFixed(4)} ms, ` +
        `${percent(mine / theirs)}; by round ${percent(Math.min(...each))} to ${percent(Math.max(...each))}`,
    );
  }
  const [first, second, again] = await timed([fp32, int8, fp32], shape, rounds, durationMs * rounds);
  console.log(`${name}: FP32 ${first.latencyMs.median.toFixed(4)} ms, the interval ${interval(first.medianCi95Ms, 4)}`);
  console.log(`${name}: INT8 against FP32: ${said(second.comparison)}`);
  console.log(`${name}: FP32 given twice: ${said(again.comparison)}`);
  for (const remark of new Set(first.remarks)) console.log(`${name}: ${remark}`);
}

function timed(models, shape, rounds, durationMs) {
  const targets = models.map((model) => ({ model, backend: 'onnxruntime', shapes: { input: shape } }));
  return benchmark(targets, { rounds, threads, warmUpMs, durationSeconds: durationMs / 1000, iterations: rounds });
}

function bareLoop(model, shape, durationMs) {
  const args = [here('bare-latency.mjs'), model, 'input', shape.join('x'), warmUpMs, durationMs, threads].map(String);
  return JSON.parse(execFileSync(process.execPath, args, { env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' } }));
}

function said({ ratio, ratioCi95, significance }) {
  return `${significance}, ${ratio.toFixed(3)} times its time (95 %: ${interval(ratioCi95, 3)})`;
}

function interval(ends, digits) {
  return ends === null ? 'unknown' : ends.map((end) => end.toFixed(digits)).join(' to ');
}

function percent(ratio) {
  return `${ratio < 1 ? '−' : '+'}${Math.abs((ratio - 1) * 100).toFixed(1)} %`;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
