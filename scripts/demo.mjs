// `npm run demo`: the main job on the network and the images in demo/, with what it cost and what it gave.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { buildPlan, CalibrtError, evaluate, inspect, quantize } from '../dist/lib/index.js';
import { writeImages } from './bench/images.mjs';
import { resnet50 } from './fixtures/resnet50.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const demo = (name) => join(root, 'demo', name);
const out = join(root, 'out/demo');
const fp32 = demo('model.onnx');
const int8 = join(out, 'model.int8.onnx');
const preprocess = { pixelFormat: 'gray', preset: 'unit' };
const targets = [['sm86'], ['sm89'], ['sm120'], ['sm86', 'sm89', 'sm120']];
const say = (text) => console.log(text);

await mkdir(out, { recursive: true });
const start = performance.now();

say(`calibrating ${fp32} on demo/calibration`);
const result = await quantize(fp32, int8, { data: demo('calibration'), preprocess });
say(`  ${result.samples} images, ${result.quantized.length} nodes in INT8, wrote ${int8}`);

say('evaluating both on demo/test, which took no part in it');
const { samples, labelled, outputs } = await evaluate(fp32, int8, { data: demo('test'), preprocess });

say('building plans with TensorRT-RTX');
const plans = await buildAll();

say('timing a ResNet-50 topology on this CPU, in the form that ONNX Runtime runs fast');
const latency = await timeResNet();

const table = new Table({ head: ['', 'FP32', 'INT8'], style: { head: [], border: [] } });
table.push(
  [`top-1 on ${samples} images`, percent(labelled.reference.top1), percent(labelled.candidate.top1)],
  ['weights in the model', kib(await weightBytes(fp32)), kib(await weightBytes(int8))],
  ['ResNet-50 topology, ms on this CPU', latency.fp32.toFixed(1), latency.int8.toFixed(1)],
  ...plans.map(({ name, sizes }) => [`plan for ${name}`, ...sizes]),
);
say(`\n${table.toString()}`);
for (const [name, { sqnrDb, cosine }] of Object.entries(outputs)) {
  say(`${name}: SQNR ${sqnrDb.toFixed(1)} dB, cosine ${cosine.toFixed(6)}`);
}
say(`done in ${((performance.now() - start) / 1000).toFixed(1)} s`);

const drop = labelled.reference.top1 - labelled.candidate.top1;
if (drop > 0.01) {
  console.error(`INT8 lost ${percent(drop)} of top-1, more than one point`);
  process.exitCode = 1;
}

/** Medians of one run; the weights are random, so only the time means anything. */
async function timeResNet() {
  const images = join(out, 'noise');
  await writeImages(images, 8, 224);
  const { latencyMs } = await quantize(await resnet50(), join(out, 'resnet50.int8.onnx'), {
    data: images,
    preprocess: { preset: 'unit' },
    form: 'onnxruntime',
    holdout: 0,
  });
  return latencyMs;
}

function percent(share) {
  return `${(share * 100).toFixed(2)} %`;
}

function kib(bytes) {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

/** Bytes of all constants of a model. */
async function weightBytes(model) {
  const { bytes } = await inspect(model);
  return Object.values(bytes).reduce((sum, value) => sum + value, 0);
}

/** The plans of both models for each set of targets; where the library is missing, says so once and goes on. */
async function buildAll() {
  const rows = [];
  const profile = { min: [1, 1, 32, 32], opt: [8, 1, 32, 32], max: [64, 1, 32, 32] };
  try {
    for (const target of targets) {
      const sizes = [];
      for (const model of [fp32, int8]) {
        const plan = join(out, `${model === fp32 ? 'fp32' : 'int8'}.${target.join('-')}.plan`);
        const built = await buildPlan(model, plan, {
          backend: 'tensorrt-rtx',
          targets: target,
          profiles: [{ input: profile }],
        });
        const weights = built.weightBytes === undefined ? '' : `, weights ${kib(built.weightBytes)}`;
        sizes.push(`${kib(built.bytes)}${weights}`);
      }
      rows.push({ name: target.join(', '), sizes });
    }
  } catch (error) {
    if (!(error instanceof CalibrtError) || error.code !== 'ERR_BACKEND_MISSING') throw error;
    say(`  skipped: ${error.message}`);
  }
  return rows;
}
