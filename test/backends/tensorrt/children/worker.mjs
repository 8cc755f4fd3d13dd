// Builds; tells when TensorRT is at work and when it is done. Workers get the built output: Node starts no TypeScript here.
import { parentPort, workerData } from 'node:worker_threads';
import { buildEngine } from '#lib/backends/tensorrt/index.js';

await buildEngine(workerData.model, {
  targets: ['sm86'],
  onProgress: () => parentPort.postMessage('building'),
});
parentPort.postMessage('built');
