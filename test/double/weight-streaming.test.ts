import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEngine, loadEngine, type LoadOptions, type RuntimeOptions } from '#lib/backends/tensorrt/index.js';
import { fixture } from '../backends/tensorrt/rtx.js';
import { double, recorded, useDouble, withoutBridge, type DoubleSettings } from '../support/double.js';

const model = fixture('tiny-cnn-fp32.onnx');
const flags = { weightStreaming: true };

describe.each(['10', '11'] as const)('the double of TensorRT %s', (flavour) => {
  const without = withoutBridge(flavour);
  describe.skipIf(without !== '')(`streams weights${without}`, () => behaviour(flavour));
});

function behaviour(flavour: '10' | '11'): void {
  let plan: Uint8Array;
  let weights: number;
  beforeAll(async () => {
    useDouble({ flavour });
    const built = await buildEngine(model, { flavour, flags });
    ({ plan } = built);
    weights = built.weightBytes ?? 0;
    expect(weights).toBeGreaterThan(20_000);
  });

  /** Loads and tells what the engine says of its weights, and which budgets the library was given. */
  async function load(options: LoadOptions, settings: DoubleSettings = {}) {
    const { result, error, calls } = await recorded({ flavour, ...settings }, async () => {
      await using engine = await loadEngine(plan, options);
      await using context = await engine.createContext();
      const image = { dtype: 'float32', shape: [1, 3, 16, 16], data: new Float32Array(768).fill(2) } as const;
      // The double's first score is the input's mean.
      expect((await context.infer({ image }))['scores']!.data[0]).toBe(2);
      return engine.weightStreaming;
    });
    const given = calls.filter(({ call }) => call === 'setWeightStreamingBudgetV2').map(({ bytes }) => bytes);
    return { result, error, given };
  }

  it('keeps all weights on the GPU where no budget is asked for', async () => {
    expect(await load({})).toEqual({
      result: {
        streamableBytes: weights,
        budgetBytes: weights,
        automaticBudgetBytes: Math.floor(weights / 2),
        scratchBytes: 0,
      },
      given: [],
    });
  });

  it.each<[NonNullable<LoadOptions['weightStreamingBudget']>, (all: number) => number]>([
    [0, () => 0],
    [1000, () => 1000],
    ['0%', () => 0],
    ['12.5%', (all) => Math.floor(all / 8)],
    ['100%', (all) => all],
    ['automatic', (all) => Math.floor(all / 2)],
  ])('takes a budget of %s and tells of it', async (weightStreamingBudget, expected) => {
    const budgetBytes = expected(weights);
    const { result, error, given } = await load({ weightStreamingBudget });
    expect(error).toBeUndefined();
    expect(given).toEqual([budgetBytes]);
    expect(result).toMatchObject({
      streamableBytes: weights,
      budgetBytes,
      scratchBytes: budgetBytes < weights ? 1024 : 0,
    });
  });

  it.each([
    ['more than there are', {}, 1],
    ['a library that takes none', { fail: ['setWeightStreamingBudgetV2'] }, 0],
  ] as const)('%s: one error that tells the budget', async (_, settings, more) => {
    const weightStreamingBudget = weights + more;
    const { error } = await load({ weightStreamingBudget }, settings);
    expect(error).toMatchObject({ code: 'ERR_USAGE' });
    expect((error as Error).message).toContain(`refuses a weight streaming budget of ${weightStreamingBudget} bytes`);
  });

  it.each(['50', '101%', '-1%', -1, 1.5, Number.NaN])('refuses %s, and loads nothing', async (budget) => {
    const { error, calls } = await recorded({ flavour }, () =>
      loadEngine(plan, { weightStreamingBudget: budget as number }),
    );
    expect(error).toMatchObject({ code: 'ERR_USAGE' });
    expect((error as Error).message).toMatch(/^weightStreamingBudget is .*: expected a number of bytes, a share/);
    expect(calls).toEqual([]);
  });
}

describe.skipIf(withoutBridge('10') !== '')(`weight streaming of TensorRT 10.0${withoutBridge('10')}`, () => {
  let folder: string;
  let options: RuntimeOptions;
  let plan: Uint8Array;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calibrt-streaming-'));
    // A library is asked for its version once per path.
    const library = join(folder, 'lib');
    await symlink(double().root('10'), library);
    options = { library };
    useDouble({ version: '10.0.1' });
    ({ plan } = await buildEngine(model, { library, flags }));
  });
  afterAll(async () => {
    useDouble();
    await rm(folder, { recursive: true, force: true });
  });

  it('is not described, and calls no method that came later', async () => {
    const { result, error, calls } = await recorded({ version: '10.0.1' }, async () => {
      await using engine = await loadEngine(plan, options);
      return engine;
    });
    expect(error).toBeUndefined();
    expect(result).not.toHaveProperty('weightStreaming');
    expect(calls.map(({ call }) => call)).not.toContain('crash');
  });

  it('has no budgets, and says which version has', async () => {
    const { error } = await recorded({ version: '10.0.1' }, () =>
      loadEngine(plan, { ...options, weightStreamingBudget: '50%' }),
    );
    expect(error).toMatchObject({ code: 'ERR_BACKEND_UNSUPPORTED' });
    expect((error as Error).message).toContain('weight streaming budgets need TensorRT 10.1 or newer');
  });
});
