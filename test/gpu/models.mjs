import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelInputs, openDataset } from '#lib/data/index.js';
import { openModel } from '#lib/model/index.js';
import { mulberry32 } from '../../scripts/bench/images.mjs';
import { resnet50 } from '../../scripts/fixtures/resnet50.mjs';
import { onDouble } from './conditions.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The networks to test on. `calibration` and `test` are lists of `{inputs, label?}` with a batch of one; `source` is what calibrt's own
 * calibration reads; `batch` is that of the engines' OPT.
 */
export async function loadModels(folder) {
  mkdirSync(folder, { recursive: true });
  return onDouble ? [await demo()] : [await demo(), await resnet()];
}

async function demo() {
  const path = join(root, 'demo/model.onnx');
  const preprocess = { pixelFormat: 'gray', preset: 'unit' };
  const limit = onDouble ? 24 : Infinity;
  const source = { data: join(root, 'demo/calibration'), preprocess };
  return {
    name: 'demo',
    path,
    labelled: true,
    calibration: await readImages(path, source, Math.min(limit, 200)),
    test: await readImages(path, { data: join(root, 'demo/test'), preprocess }, limit),
    testSource: { data: join(root, 'demo/test'), preprocess },
    source,
    batch: onDouble ? 4 : 8,
    ...(await inputOf(path)),
  };
}

/** Random weights and random images: what it costs means something, and how far INT8 is from FP32; its classes do not. */
async function resnet() {
  const path = await resnet50();
  const images = randomImages(48);
  return {
    name: 'resnet50',
    path,
    labelled: false,
    calibration: images.slice(0, 32),
    test: images.slice(32),
    source: { data: images.slice(0, 32).map(({ inputs }) => inputs) },
    testSource: { data: images.slice(32).map(({ inputs }) => inputs) },
    batch: 8,
    ...(await inputOf(path)),
  };
}

async function inputOf(path) {
  const [input] = modelInputs((await openModel(path)).inputs);
  return { input: input.name, sampleShape: input.shape.slice(1) };
}

async function readImages(path, { data, preprocess }, limit) {
  const inputs = modelInputs((await openModel(path)).inputs);
  const dataset = await openDataset({ sources: [{ path: data }], preprocess }, inputs);
  const count = Math.min(limit, dataset.size);
  // Spread over the classes, which follow one another.
  const step = dataset.size / count;
  const samples = [];
  for (let i = 0; i < count; i++) samples.push(await dataset.read(Math.floor(i * step)));
  return samples;
}

function randomImages(count) {
  const random = mulberry32(50);
  return Array.from({ length: count }, () => {
    const data = new Float32Array(3 * 224 * 224);
    // Smooth along the rows, as images are.
    let value = 0;
    for (let i = 0; i < data.length; i++) data[i] = value = 0.9 * value + (random() - 0.5);
    return { inputs: { input: { dtype: 'float32', shape: [1, 3, 224, 224], data } } };
  });
}

/** Samples side by side on axis 0, in batches of `size`; the last may be smaller. */
export function batchesOf(model, samples, size) {
  const length = model.sampleShape.reduce((product, dim) => product * dim, 1);
  const batches = [];
  for (let start = 0; start < samples.length; start += size) {
    const part = samples.slice(start, start + size);
    const data = new Float32Array(part.length * length);
    part.forEach(({ inputs }, i) => data.set(inputs[model.input].data, i * length));
    batches.push({
      feeds: { [model.input]: { dtype: 'float32', shape: [part.length, ...model.sampleShape], data } },
      labels: part.map(({ label }) => label),
    });
  }
  return batches;
}

/** An optimization profile from one sample to twice the expected batch. */
export function profileOf(model) {
  const shape = (batch) => [batch, ...model.sampleShape];
  return { [model.input]: { min: shape(1), opt: shape(model.batch), max: shape(2 * model.batch) } };
}
