// The measure of scripts/bench/latency.mjs: a loop over onnxruntime-node and nothing of calibrt's. One session, warmed up and timed.
// `node bare-latency.mjs MODEL INPUT SHAPE WARM_UP_MS DURATION_MS THREADS` prints the time of each run in ms, as JSON.
import { createRequire } from 'node:module';

const [model, input, shape, warmUpMs, durationMs, threads] = process.argv.slice(2);
const ort = createRequire(import.meta.url)('onnxruntime-node');

const dims = shape.split('x').map(Number);
const count = dims.reduce((a, b) => a * b, 1);
const feeds = {
  [input]: new ort.Tensor(
    'float32',
    Float32Array.from({ length: count }, (_, i) => Math.sin(i)),
    dims,
  ),
};
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: Number(threads) });
const run = async () => {
  const outputs = await session.run(feeds);
  for (const output of Object.values(outputs)) output.dispose();
};

const warm = performance.now() + Number(warmUpMs);
while (performance.now() < warm) await run();
const times = [];
const end = performance.now() + Number(durationMs);
while (performance.now() < end) {
  const start = performance.now();
  await run();
  times.push(performance.now() - start);
}
console.log(JSON.stringify(times));
