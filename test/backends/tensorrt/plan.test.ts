import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPlanHeader } from '#lib/backends/tensorrt/index.js';

/** A plan as TensorRT-RTX 1.7.1 begins one; `bits` says for which GPUs. */
function rtxPlan(length: number, bits = 0x04): Uint8Array {
  const plan = new Uint8Array(length);
  const view = new DataView(plan.buffer);
  plan.set(Buffer.from('vtrt'));
  view.setBigUint64(16, BigInt(length), true);
  plan.set([1, 7, 1, 116], 24);
  plan.set(Buffer.from('vtrt'), 28);
  view.setUint32(32, bits, true);
  return plan;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-plan-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('readPlanHeader', () => {
  it('reads a plan of TensorRT-RTX from memory and from a file', async () => {
    const plan = rtxPlan(1000, 0x1c);
    const header = { kind: 'tensorrt-rtx', version: '1.7.1', length: 1000, targets: ['sm86', 'sm89', 'sm120'] };
    expect(await readPlanHeader(plan)).toEqual(header);
    const path = join(folder, 'good.plan');
    await writeFile(path, plan);
    expect(await readPlanHeader(path)).toEqual(header);
  });

  it('reads a plan that is a view into something larger', async () => {
    const surrounded = new Uint8Array(300);
    surrounded.set(rtxPlan(200), 50);
    expect(await readPlanHeader(surrounded.subarray(50, 250))).toMatchObject({ length: 200 });
  });

  it('reads a plan of TensorRT', async () => {
    const plan = new Uint8Array(64);
    plan.set(Buffer.from('ftrt'));
    plan.set([10, 15, 1], 24);
    expect(await readPlanHeader(plan)).toEqual({ kind: 'tensorrt', version: '10.15.1', length: 64 });
  });

  it('tells an ONNX model, and a header without a version', async () => {
    const onnx = Uint8Array.of(0x08, 0x08, 0x12, 0x07, ...Buffer.from('pytorch'), ...new Uint8Array(64));
    await expect(readPlanHeader(onnx)).rejects.toThrow('build it first (`calibrt build`)');
    const plan = new Uint8Array(64);
    plan.set(Buffer.from('ftrt'));
    await expect(readPlanHeader(plan)).rejects.toThrow('damaged');
  });

  it('refuses every truncation', async () => {
    const plan = rtxPlan(100);
    for (let length = 0; length < plan.length; length++) {
      await expect(readPlanHeader(plan.subarray(0, length))).rejects.toMatchObject({ code: 'ERR_PLAN_INVALID' });
    }
    await expect(readPlanHeader(plan.subarray(0, 60))).rejects.toThrow('truncated: 60 bytes, its header says 100');
  });

  it('refuses bytes that go on after the plan', async () => {
    await expect(readPlanHeader(Buffer.concat([rtxPlan(100), Buffer.alloc(1)]))).rejects.toThrow('damaged');
  });

  it('refuses random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await expect(readPlanHeader(bytes)).rejects.toMatchObject({ code: 'ERR_PLAN_INVALID' });
      }),
    );
  });

  it('names a file that cannot be read', async () => {
    const absent = join(folder, 'absent.plan');
    await expect(readPlanHeader(absent)).rejects.toMatchObject({
      code: 'ERR_PLAN_INVALID',
      message: expect.stringContaining(absent) as string,
    });
    await expect(readPlanHeader(folder)).rejects.toMatchObject({ code: 'ERR_PLAN_INVALID' });
  });
});
