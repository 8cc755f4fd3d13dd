// Real topologies end to end: `node scripts/bench/zoo.mjs [--torch] [--samples N] [NAME...]` after a build. For each: clean (and compare
// with the original), quantize on random data, run the INT8 model in ONNX Runtime, build with TensorRT-RTX where it is installed.
// With --torch also torchvision's networks and a transformer encoder; that installs PyTorch into the cache folder, unless
// CALIBRT_ZOO_PYTHON names a Python that has what zoo_torch.txt lists. Exit 1 when a model fails.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WorkerProcess } from '../../dist/lib/backends/onnxruntime/index.js';
import { locateTensorRt } from '../../dist/lib/backends/tensorrt/index.js';
import { buildPlan, evaluate, quantize } from '../../dist/lib/index.js';
import { prepareModel } from '../../dist/lib/pipeline/prepare.js';
import { Random } from '../fixtures/topologies/random.mjs';
import { collections, zooModel } from './zoo-models.mjs';

/** For dimensions that the model leaves open, beside the batch. */
const DYNAMIC_LENGTH = 20;

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { torch: { type: 'boolean', default: false }, samples: { type: 'string', default: '8' } },
});
const samples = Number(options.samples);
const hasRtx = locateTensorRt('rtx').found !== undefined;
const models = [
  ...collections.light.names.map((name) => ['light', name]),
  ...(options.torch ? collections.torch.names.map((name) => ['torch', name]) : []),
].filter(([, name]) => wanted.length === 0 || wanted.includes(name));

console.log(
  `${samples} random samples, a quarter of them held out${hasRtx ? '' : '; TensorRT-RTX is not here: nothing is built'}`,
);
const columns = ['model', 'quantized', 'nodes', 'clean dB', 'INT8 dB', 'cosine', 'MB fp32', 'MB int8', 'plan MB', 's'];
console.log(row(columns));
const folder = await mkdtemp(join(tmpdir(), 'calibrt-zoo-'));
try {
  for (const [collection, name] of models) {
    try {
      console.log(row([name, ...(await figures(await zooModel(collection, name, process.env.CALIBRT_ZOO_PYTHON)))]));
    } catch (error) {
      process.exitCode = 1;
      console.log(`${name.padEnd(20)} FAILED ${error.code ?? ''} ${error.message}`);
      for (const detail of error.details ?? []) console.log(`  ${detail}`);
    }
  }
} finally {
  await rm(folder, { recursive: true });
}

async function figures(path) {
  const start = performance.now();
  const at = (name) => join(folder, name);
  const { model, data } = await clean(path, at('clean.onnx'), at('samples.npy'));
  const [cleaned] = Object.values((await evaluate(path, at('clean.onnx'), { data, limit: 1 })).outputs);
  const { quantized, skipped, verify, bytes } = await quantize(path, at('int8.onnx'), { data, holdout: samples / 4 });
  const [output] = Object.values(verify.outputs);
  const plan = hasRtx ? await build(model, at('int8.onnx'), at('int8.plan')) : undefined;
  const megabytes = (count) => (count / 1e6).toFixed(1);
  return [
    quantized.length,
    quantized.length + skipped.length,
    cleaned.sqnrDb.toFixed(0),
    output.sqnrDb.toFixed(1),
    output.cosine.toFixed(5),
    megabytes(bytes.fp32),
    megabytes(bytes.int8),
    plan === undefined ? '-' : megabytes((await stat(plan)).size),
    ((performance.now() - start) / 1000).toFixed(1),
  ];
}

async function clean(path, cleaned, data) {
  const worker = new WorkerProcess();
  try {
    const { model } = await prepareModel(path, worker);
    await model.save(cleaned);
    await writeFile(data, npy([samples, ...shapeOf(model.inputs[0]).slice(1)]));
    return { model, data };
  } finally {
    await worker[Symbol.asyncDispose]();
  }
}

function shapeOf({ shape }) {
  return shape.map((size, axis) => (typeof size === 'number' ? size : axis === 0 ? 1 : DYNAMIC_LENGTH));
}

/** Normal numbers, as an image minus its mean over its deviation has them. */
function npy(shape) {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`.padEnd(117) + '\n';
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1');
  const values = new Random(1).normals(shape.reduce((product, size) => product * size, 1));
  return Buffer.concat([prefix, Buffer.from(header), new Uint8Array(values.buffer)]);
}

async function build(model, path, plan) {
  const [input] = model.inputs;
  const shape = shapeOf(input);
  const isDynamic = input.shape.some((size) => typeof size !== 'number');
  const profile = { [input.name]: { min: shape, opt: shape, max: shape } };
  const options = { backend: 'tensorrt-rtx', targets: ['sm86'], ...(isDynamic ? { profiles: [profile] } : {}) };
  await buildPlan(path, plan, options);
  return plan;
}

function row(cells) {
  return cells.map((cell, index) => (index === 0 ? String(cell).padEnd(20) : String(cell).padStart(10))).join('');
}
