import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkerProcess } from '#lib/backends/onnxruntime/index.js';
import type { EngineTensor } from '#lib/backends/tensorrt/index.js';
import { evaluatePlans, isPlan, type LoadPlan } from '#lib/pipeline/evaluation/evaluate-plan.js';
import { evaluate } from '#lib/pipeline/evaluation/evaluate.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { repository } from '../../helpers/fixture.js';

const demo = repository('demo/model.onnx');
const options = {
  data: repository('demo/test'),
  preprocess: { pixelFormat: 'gray', preset: 'unit' },
  limit: 11,
} as const;

let folder: string;
let int8: string;
let plan: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-evaluate-plan-'));
  int8 = join(folder, 'int8.onnx');
  plan = join(folder, 'int8.plan');
  await quantize(demo, int8, { ...options, holdout: 0 });
  await writeFile(plan, Buffer.concat([Buffer.from('ftrt'), Buffer.alloc(60, 1)]));
});
afterAll(() => rm(folder, { recursive: true }));

/** Engines that ONNX Runtime runs: what is tested is everything around an engine. */
function engines(model: string, shape: readonly [least: number, most: number], worker: WorkerProcess): LoadPlan {
  return async () => {
    const bytes = await readFile(model);
    const [least, most] = shape;
    const open = least === most ? least : -1;
    const range = (batch: number): number[] => [batch, 1, 32, 32];
    const tensor = { dtype: 'float32', shapeTensor: false, format: '' } as const;
    const profiles = [{ min: range(least), opt: range(least), max: range(most) }];
    const tensors: EngineTensor[] = [
      { ...tensor, name: 'input', mode: 'input', shape: [open, 1, 32, 32], profiles },
      { ...tensor, name: 'logits', mode: 'output', shape: [open, 10], profiles: [] },
    ];
    return {
      tensors,
      createContext: () =>
        Promise.resolve({
          infer: (feeds) => {
            const [batch = 0] = feeds['input']!.shape;
            if (batch < least || batch > most) throw new Error(`the engine takes ${least} to ${most}, not ${batch}`);
            return worker.run({ kind: 'evaluate', model: bytes, feeds });
          },
          [Symbol.asyncDispose]: () => Promise.resolve(),
        }),
      dispose: () => Promise.resolve(),
    };
  };
}

describe('a plan as candidate', () => {
  it.each([
    ['takes any batch', [1, 64], undefined],
    ['is fixed to a batch that does not divide the samples', [4, 4], undefined],
    ['takes at least 3', [3, 5], undefined],
    ['takes one, with a metric', [1, 1], 'top1'],
  ] as const)('that %s is judged as the model that it was built of', async (_, shape, metric) => {
    await using worker = new WorkerProcess();
    const asked = metric === undefined ? {} : { metric };
    const compared = await evaluatePlans(demo, plan, { ...options, ...asked }, engines(int8, shape, worker));
    const expected = await evaluate(demo, int8, { ...options, ...asked });
    expect(compared.samples).toBe(11);
    expect(compared.outputs['logits']!.sqnrDb).toBeCloseTo(expected.outputs['logits']!.sqnrDb, 2);
    expect(compared.labelled).toEqual(expected.labelled);
    expect(compared.metric).toEqual(expected.metric);
  });

  it('is told by its first bytes', async () => {
    expect(await isPlan(plan)).toBe(true);
    expect(await isPlan(demo)).toBe(false);
    expect(await isPlan(join(folder, 'absent'))).toBe(false);
    expect(await isPlan(folder)).toBe(false);
  });

  it('is refused with --layers, and where the outputs differ', async () => {
    await expect(evaluate(demo, plan, { ...options, layers: true })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await using worker = new WorkerProcess();
    const other: LoadPlan = async (...args) => {
      const engine = await engines(int8, [1, 1], worker)(...args);
      return { ...engine, tensors: engine.tensors.map((each) => ({ ...each, name: `${each.name}_0` })) };
    };
    await expect(evaluatePlans(demo, plan, options, other)).rejects.toMatchObject({ code: 'ERR_MODEL_UNSUPPORTED' });
    const turned: LoadPlan = async (...args) => {
      const engine = await engines(int8, [1, 64], worker)(...args);
      const createContext: typeof engine.createContext = async (given) => {
        const context = await engine.createContext(given);
        const infer: typeof context.infer = async (feeds) => {
          const { logits } = await context.infer(feeds);
          return { logits: { ...logits!, shape: logits!.shape.toReversed() } };
        };
        return { ...context, infer };
      };
      return { ...engine, createContext };
    };
    await expect(evaluatePlans(demo, plan, options, turned)).rejects.toMatchObject({
      code: 'ERR_MODEL_UNSUPPORTED',
      message: `output logits of ${plan} is [10, 8], that of ${demo} is [8, 10]: only outputs of one shape can be compared`,
    });
  });
});
