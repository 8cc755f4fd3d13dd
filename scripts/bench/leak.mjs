// Memory over many builds with a native calibrator, on the test double: `node scripts/bench/leak.mjs [BUILDS]` (default 1000) after
// `npm run build`. Prints the resident set every 100 builds; what is lost per build shows as a slope after the first 100. V8's young
// generation is given its size: left alone it doubles once or twice in the first 500 builds (4 MB), whatever the program does.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onDouble } from './on-double.mjs';

const builds = Number(process.argv[2] ?? 1000);
const FLAGS = ['--expose-gc', '--min-semi-space-size=4', '--max-semi-space-size=4'];
if (onDouble(import.meta.url, '', FLAGS)) {
  const { buildEngine, EntropyCalibrator2 } = await import('../../dist/lib/backends/tensorrt/index.js');
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const model = join(root, 'test/fixtures/tiny-cnn-fp32.onnx');
  const image = { dtype: 'float32', shape: [1, 3, 16, 16], data: new Float32Array(768).fill(0.5) };
  const samples = Array.from({ length: 8 }, () => ({ image }));
  console.log('builds, resident MB');
  const marks = [];
  for (let done = 1; done <= builds; done++) {
    await buildEngine(model, { flavour: '10', int8: true, calibrator: new EntropyCalibrator2(samples) });
    if (done % 100 !== 0) continue;
    globalThis.gc();
    marks.push(process.memoryUsage().rss / 1e6);
    console.log(`${done}, ${marks.at(-1).toFixed(1)}`);
  }
  const growth = marks.at(-1) - marks[0];
  console.log(`after the first 100: ${growth >= 0 ? '+' : ''}${growth.toFixed(1)} MB`);
}
