// Builds with a calibrator, infers, again and again; tells of each round and, from the second on, of each batch.
import { parentPort, workerData } from 'node:worker_threads';
import { buildEngine, EntropyCalibrator2, loadEngine } from '#lib/backends/tensorrt/index.js';

const { model, rounds, value } = workerData;
const image = { dtype: 'float32', shape: [1, 3, 16, 16], data: new Float32Array(768).fill(value) };

for (let round = 0; round < rounds; round++) {
  const calibrator = new EntropyCalibrator2(
    (function* () {
      for (let i = 0; i < 8; i++) {
        if (i === 3) parentPort.postMessage({ calibrating: round });
        yield { image };
      }
    })(),
  );
  const { plan } = await buildEngine(model, { flavour: '10', int8: true, calibrator });
  const engine = await loadEngine(plan);
  const context = await engine.createContext();
  const outputs = await Promise.all(Array.from({ length: 10 }, () => context.infer({ image })));
  parentPort.postMessage({ round, scores: outputs.map(({ scores }) => scores.data[0]) });
  if (round % 2 === 0) await engine.dispose();
}
