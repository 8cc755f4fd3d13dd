// Ends the process in the middle of two builds, calibrations or inferences: `node exit.mjs MODEL build|calibration|inference
// end|exit|throw`.
import { setImmediate } from 'node:timers';
import { buildEngine, loadEngine } from '#lib/backends/tensorrt/index.js';
import { calibrated } from './calibrate.mjs';

const [model, work, ending] = process.argv.slice(2);

let begun = false;
const underWay = () => {
  if (begun) return;
  begun = true;
  if (ending === 'exit') process.exit(3);
  if (ending === 'end') return;
  // Out of reach of the build's own error handling.
  setImmediate(() => {
    throw new Error('uncaught');
  });
};

const started = { build, calibration, inference }[work];
// Nothing awaits them.
for (const each of [1, 2].map(started)) each.catch(() => undefined);

function build() {
  return buildEngine(model, { flavour: '10', onProgress: underWay });
}

function calibration() {
  return calibrated(model, (index) => {
    if (index === 3) underWay();
    // Nothing but its end would end this process.
    if (index === 20 && ending === 'end') throw new Error('enough');
  });
}

async function inference() {
  const { plan } = await buildEngine(model, { flavour: '10' });
  const engine = await loadEngine(plan);
  const context = await engine.createContext();
  const image = { dtype: 'float32', shape: [1, 3, 16, 16], data: new Float32Array(768) };
  const runs = Array.from({ length: 50 }, () => context.infer({ image }));
  await runs[2];
  underWay();
  await Promise.all(runs);
}
