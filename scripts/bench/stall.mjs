// The longest time for which the event loop did not turn, while something long runs: `node scripts/bench/stall.mjs` after `npm run
// build`. On the test double a build with a native calibrator; in a process of its own, with TensorRT-RTX where it is installed, the
// demo's INT8 build and its calibration. Five runs of each; the first of a process also loads and compiles modules and is not counted.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { onDouble } from './on-double.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const RUNS = 5;

if (process.argv[2] === 'real') await real();
else if (onDouble(import.meta.url, 'steps=50;stepMs=5;batchMs=5')) await onTheDouble();
else execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'real'], { stdio: 'inherit' });

async function onTheDouble() {
  const { buildEngine, EntropyCalibrator2 } = await import('../../dist/lib/backends/tensorrt/index.js');
  const image = { dtype: 'float32', shape: [1, 3, 16, 16], data: new Float32Array(768).fill(0.5) };
  const samples = Array.from({ length: 40 }, () => ({ image }));
  const model = join(root, 'test/fixtures/tiny-cnn-fp32.onnx');
  const build = () =>
    buildEngine(model, {
      flavour: '10',
      int8: true,
      calibrator: new EntropyCalibrator2(samples),
      onProgress: () => {},
    });
  await report('INT8 build with a native calibrator, on the double', build);
}

async function real() {
  const { buildPlan, calibrate, diagnose, quantize } = await import('../../dist/lib/index.js');
  const folder = await mkdtemp(join(tmpdir(), 'calibrt-stall-'));
  try {
    const model = join(root, 'demo/model.onnx');
    const samples = {
      data: join(root, 'demo/calibration'),
      preprocess: { pixelFormat: 'gray', preset: 'unit' },
      onProgress: () => {},
    };
    await report('calibration of the demo', () => calibrate(model, join(folder, 'table.json'), samples));
    const int8 = join(folder, 'int8.onnx');
    await report('quantization of the demo', () => quantize(model, int8, samples));
    const { checks } = await diagnose();
    if (!checks.some(({ name, status }) => name.startsWith('TensorRT-RTX') && status === 'ok')) {
      console.log('INT8 build with TensorRT-RTX: skipped, it is not installed');
      return;
    }
    const shape = [1, 1, 32, 32];
    const profiles = [{ input: { min: shape, opt: shape, max: shape } }];
    const options = { backend: 'tensorrt-rtx', targets: ['sm86'], profiles, onProgress: () => {} };
    await report('INT8 build with TensorRT-RTX', () => buildPlan(int8, join(folder, 'plan'), options));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function report(what, action) {
  await action();
  const stalls = [];
  for (let run = 0; run < RUNS; run++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await action();
    delay.disable();
    stalls.push(delay.max / 1e6);
  }
  stalls.sort((a, b) => a - b);
  console.log(
    `${what}: longest stall ${stalls[RUNS >> 1].toFixed(1)} ms (median of ${RUNS} runs; worst ${stalls.at(-1).toFixed(1)} ms)`,
  );
}
