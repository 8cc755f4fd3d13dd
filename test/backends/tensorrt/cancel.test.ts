import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { buildEngine } from '#lib/backends/tensorrt/index.js';
import { fixture, needsRtx, withoutRtx } from './rtx.js';

const fp32 = fixture('tiny-cnn-fp32.onnx');
const targets = ['sm86'];

describe.skipIf(withoutRtx)(`stopping a build of the real TensorRT-RTX${needsRtx}`, () => {
  it('stops from the first progress event', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const seen: number[] = [];
    const built = buildEngine(fp32, {
      targets,
      signal: controller.signal,
      onProgress: ({ done }) => {
        seen.push(done);
        controller.abort(reason);
      },
    });
    await expect(built).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: reason });
    expect(seen).toHaveLength(1);
  });

  it('does not start when the signal has fired', async () => {
    const lines: string[] = [];
    const onLog = (_: string, line: string) => lines.push(line);
    await expect(buildEngine(fp32, { targets, signal: AbortSignal.abort(), onLog })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
    expect(lines).toEqual([]);
  });

  it('fails with what a callback throws', async () => {
    const mine = new RangeError('mine');
    const onProgress = () => {
      throw mine;
    };
    await expect(buildEngine(fp32, { targets, onProgress })).rejects.toBe(mine);
    await expect(buildEngine(fp32, { targets, onLog: onProgress })).rejects.toBe(mine);
  });

  it('builds again afterwards', async () => {
    const { plan } = await buildEngine(fp32, { targets });
    expect(plan.byteLength).toBeGreaterThan(0);
  });

  it('survives the worker that it runs in, and leaves another’s build alone', async () => {
    const file = new URL('./children/worker.mjs', import.meta.url);
    const start = () => {
      const worker = new Worker(file, { workerData: { model: fp32 } });
      return { worker, building: once(worker, 'building'), built: once(worker, 'built') };
    };
    const victim = start();
    const survivor = start();
    await Promise.all([victim.building, survivor.building]);
    await victim.worker.terminate();
    expect(await survivor.built).toBe('built');
    await survivor.worker.terminate();
  });
});

function once(worker: Worker, message: string): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.on('message', (got) => got === message && resolve(message));
    worker.on('error', reject);
  });
}
