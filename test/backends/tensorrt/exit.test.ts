import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fixture, needsRtx, withoutRtx } from './rtx.js';

/** Each way of ending is tried this often; a crash shows in about one of three where nothing guards against it. */
const runs = Number(process.env['CALIBRT_EXIT_RUNS'] ?? 6);

const child = fileURLToPath(new URL('./children/exit.mjs', import.meta.url));
const model = fixture('tiny-cnn-fp32.onnx');

describe.skipIf(withoutRtx)(`ending the process in the middle of a build${needsRtx}`, () => {
  it.each([
    ['end', 0],
    ['exit', 3],
    ['throw', 1],
    ['worker', 3],
  ])('%s: status %i, no signal', { timeout: runs * 10_000 }, async (mode, status) => {
    const endings = [];
    for (let run = 0; run < runs; run++) endings.push(await ending(mode));
    expect(endings).toEqual(Array.from({ length: runs }, () => ({ status, signal: null })));
  });
});

function ending(mode: string): Promise<{ status: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    const started = spawn(process.execPath, [child, model, mode], {
      stdio: 'ignore',
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    started.once('exit', (status, signal) => resolve({ status, signal }));
  });
}
