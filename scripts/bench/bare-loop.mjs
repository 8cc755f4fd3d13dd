// The floor of scripts/bench/calibration.mjs: onnxruntime-node, one run per sample, every output given back without a look.
// `node bare-loop.mjs MODEL DATA COUNT [THREADS]`, with DATA read by calibrt's own loader. Without THREADS the session is as it comes:
// all cores, each thread bound to one and spinning while it waits, which is fastest on an idle machine and slow on a busy one. With
// THREADS it neither binds nor spins.
import { createRequire } from 'node:module';
import { openDataset, readBatches } from '../../dist/lib/data/index.js';

const [model, data, count, threads] = process.argv.slice(2);
const ort = createRequire(import.meta.url)('onnxruntime-node');

const considerate = {
  intraOpNumThreads: Number(threads),
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};
const session = await ort.InferenceSession.create(model, threads === undefined ? {} : considerate);
const [input] = session.inputMetadata;
const spec = { sources: [{ path: data }], ...(data.endsWith('.npy') ? {} : { preprocess: { preset: 'imagenet' } }) };
const shape = input.shape.map((size) => (typeof size === 'number' ? size : null));
const dataset = await openDataset(spec, [{ name: input.name, dtype: 'float32', shape }]);
const start = performance.now();
let samples = 0;
for await (const batch of readBatches(dataset, [...Array(Number(count)).keys()])) {
  const tensor = batch.inputs[input.name];
  const outputs = await session.run({ [input.name]: new ort.Tensor('float32', tensor.data, tensor.shape) });
  for (const output of Object.values(outputs)) output.dispose();
  samples += batch.names.length;
}
const loopMs = performance.now() - start;
console.log(JSON.stringify({ samples, loopMs, peakRssMb: process.resourceUsage().maxRSS / 1024 }));
