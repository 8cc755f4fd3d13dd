import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fixture } from '../backends/tensorrt/rtx.js';
import { doubleEnvironment, withoutBridge } from '../support/double.js';

/** Each way of ending is tried this often. */
const runs = Number(process.env['CALIBRT_EXIT_RUNS'] ?? 3);

const child = fileURLToPath(new URL('./children/exit.mjs', import.meta.url));
const without = withoutBridge('10');

describe.skipIf(without !== '')(`ending the process in the middle of work on the double${without}`, () => {
  const works = ['build', 'calibration', 'inference'];
  const endings = [
    ['end', 0],
    ['exit', 3],
    ['throw', 1],
  ] as const;
  it.each(works.flatMap((work) => endings.map(([ending, status]) => ({ work, ending, status }))))(
    'of $work by $ending: status $status, no signal, no hang',
    { timeout: runs * 30_000 },
    async ({ work, ending, status }) => {
      const results = [];
      for (let run = 0; run < runs; run++) results.push(await end(work, ending));
      expect(results).toEqual(Array.from({ length: runs }, () => ({ status, signal: null })));
    },
  );
});

function end(work: string, ending: string): Promise<{ status: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    const started = spawn(process.execPath, [child, fixture('tiny-cnn-fp32.onnx'), work, ending], {
      env: doubleEnvironment({ steps: 20, stepMs: 2, batchMs: 2, runMs: 2 }),
      stdio: 'ignore',
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    started.once('exit', (status, signal) => resolve({ status, signal }));
  });
}
