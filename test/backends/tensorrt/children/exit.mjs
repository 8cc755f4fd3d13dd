// Ends the process in the middle of two builds: `node exit.mjs MODEL end|exit|throw|worker`.
import { setImmediate } from 'node:timers';
import { Worker } from 'node:worker_threads';
import { buildEngine } from '#lib/backends/tensorrt/index.js';

const [model, mode] = process.argv.slice(2);

if (mode === 'worker') {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: { model } });
  worker.once('message', () => process.exit(3));
} else {
  let begun = false;
  const onProgress = () => {
    if (begun) return;
    begun = true;
    if (mode === 'exit') process.exit(3);
    // Out of reach of the build's own error handling.
    if (mode === 'throw')
      setImmediate(() => {
        throw new Error('uncaught');
      });
  };
  const builds = [1, 2].map(() => buildEngine(model, { targets: ['sm86', 'sm89', 'sm120'], onProgress }));
  // `end`: nothing awaits the builds; the process ends when they do.
  for (const build of builds) build.catch(() => {});
}
