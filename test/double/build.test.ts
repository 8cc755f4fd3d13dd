import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildEngine, readPlanHeader } from '#lib/backends/tensorrt/index.js';
import { batchProfile, fixture } from '../backends/tensorrt/rtx.js';
import { double, recorded, withoutBridge } from '../support/double.js';

const fp32 = fixture('tiny-cnn-fp32.onnx');

describe.each(['10', '11'] as const)('the double of TensorRT %s', (flavour) => {
  const without = withoutBridge(flavour);
  describe.skipIf(without !== '')(`builds${without}`, () => behaviour(flavour));
});

function behaviour(flavour: '10' | '11'): void {
  it('builds an FP32 engine through the bridge', async () => {
    const { result, calls } = await recorded({ flavour }, () => buildEngine(fp32, { flavour }));
    expect(result?.inputs).toEqual([{ name: 'image', dtype: 'float32', shape: [1, 3, 16, 16] }]);
    expect(result?.outputs).toMatchObject([{ name: 'scores', dtype: 'float32' }]);
    expect(result?.weightBytes).toBeGreaterThan(20_000);
    expect(await readPlanHeader(result!.plan)).toMatchObject({ kind: 'tensorrt', version: result!.libraryVersion });
    const names = calls.map(({ call }) => call);
    expect(names).not.toContain('refused');
    // TensorRT's own rule: all that was made of the builder is destroyed before it.
    expect(names.at(-1)).toBe('destroyBuilder');
    expect(names.slice(-4, -1).sort()).toEqual(['destroyConfig', 'destroyNetwork', 'destroyParser']);
  });

  it('takes profiles for a dynamic input, and refuses to build without', async () => {
    const qdq = fixture('tiny-cnn-qdq.onnx');
    const { result } = await recorded({ flavour }, () => buildEngine(qdq, { flavour, profiles: [batchProfile] }));
    expect(result?.inputs[0]?.shape).toEqual([-1, 3, 16, 16]);
    const { error } = await recorded({ flavour }, () => buildEngine(qdq, { flavour }));
    expect(error).toMatchObject({ code: 'ERR_USAGE' });
  });

  it.each([
    ['createInferBuilder', 'ERR_BUILD', 'makes no builder'],
    ['createBuilderConfig', 'ERR_BUILD', 'makes no network'],
    ['createNetwork', 'ERR_BUILD', 'makes no network'],
    ['createParser', 'ERR_BUILD', 'makes no ONNX parser'],
    ['parse', 'ERR_BUILD', '(and 1 more)'],
    ['build', 'ERR_BUILD', 'told to fail'],
    ['build.outOfMemory', 'ERR_BUILD', 'Requested amount of GPU memory'],
    ['build.silent', 'ERR_BUILD', 'returned no plan'],
    ['build.emptyPlan', 'ERR_BUILD', 'returned no plan'],
    ['build.late', 'ERR_BUILD', 'Engine could not be created'],
  ])('fails at %s with one error: %s', async (step, code, words) => {
    const { error, calls } = await recorded({ flavour, fail: [step] }, () => buildEngine(fp32, { flavour }));
    expect(error).toMatchObject({ code });
    expect((error as Error).message.replace(/^[^\n]*: /, '')).not.toContain('\n');
    expect((error as Error).message).toContain(words);
    expect(calls).toContainEqual(expect.objectContaining({ call: 'fail', step }));
  });

  it('stops at the next step when the signal fires at the first progress event', async () => {
    const controller = new AbortController();
    const { error, calls } = await recorded({ flavour, steps: 200, stepMs: 5 }, () =>
      buildEngine(fp32, { flavour, signal: controller.signal, onProgress: () => controller.abort() }),
    );
    expect(error).toMatchObject({ code: 'ERR_ABORTED' });
    expect(calls.some(({ call }) => call === 'cancelled')).toBe(true);
  });

  it('has no GPU without a device', async () => {
    const { error, calls } = await recorded({ flavour, devices: [] }, () => buildEngine(fp32, { flavour }));
    expect(error).toMatchObject({ code: 'ERR_NO_GPU' });
    // The driver is asked first: a TensorRT without a GPU hands out garbage.
    expect(calls).toEqual([]);
  });
}

describe.skipIf(withoutBridge('10') !== '')(`an older library than the headers${withoutBridge('10')}`, () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calibrt-old-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is told its own version, and no method that it lacks is called', async () => {
    // A library is opened, and asked for its version, once per path.
    const library = join(folder, 'lib');
    await symlink(double().root('10'), library);
    const { result, calls } = await recorded({ version: '10.3.0' }, () => buildEngine(fp32, { library }));
    expect(result?.libraryVersion).toBe('10.3.0');
    expect(calls[0]).toMatchObject({ call: 'createInferBuilder', version: 100300 });
    expect(calls.map(({ call }) => call)).not.toContain('crash');
  });
});
