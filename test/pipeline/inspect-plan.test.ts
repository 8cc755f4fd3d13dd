import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CalibrtError } from '#lib/errors.js';
import { inspectPlan, type InspectableEngine } from '#lib/pipeline/inspect-plan.js';
import { inspect } from '#lib/pipeline/inspect.js';
import { fixture, repository } from '../helpers/fixture.js';

const model = fixture('tiny-cnn-qdq.onnx');
const layers = (name: string): string => fixture(`layers/${name}.json`);

let folder: string;
let plan: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-inspect-'));
  plan = join(folder, 'model.plan');
  const bytes = Buffer.concat([Buffer.from('ftrt'), Buffer.alloc(60)]);
  bytes.set([10, 16, 1], 24);
  await writeFile(plan, bytes);
});
afterAll(() => rm(folder, { recursive: true }));

let disposed = 0;

/** An engine whose inspector says what a file says. */
async function engine(name: string): Promise<InspectableEngine> {
  const text = await readFile(layers(name), 'utf8');
  return {
    ...{ name: '', layers: 7, tensors: [], profiles: 1, contextMemoryBytes: 1024, auxiliaryStreams: 0 },
    ...{ refittable: false, profilingVerbosity: 'detailed' },
    inspect: () => Promise.resolve(text),
    dispose: () => {
      disposed++;
      return Promise.resolve();
    },
  };
}

const noGpu = (): Promise<never> => Promise.reject(new CalibrtError('ERR_NO_GPU', 'no GPU here'));

describe('a plan that can be loaded', () => {
  it.each(['tensorrt-10', 'tensorrt-11'])('tells which quantized nodes run in INT8 (%s)', async (name) => {
    const result = await inspectPlan(plan, { model, layerTimes: layers('profile') }, () => engine(name));
    expect(result.plan).toMatchObject({ kind: 'tensorrt', version: '10.16.1' });
    expect(result.engine).toMatchObject({ layers: 7, contextMemoryBytes: 1024 });
    expect(result.summary).toMatchObject({
      int8: ['Conv_conv0', 'Conv_conv1', 'Gemm_scores'],
      fallbacks: [{ node: 'Conv_conv2', precision: 'FP32', medianMs: 0.0307 }],
      unknown: [],
    });
    expect(result.remarks).toEqual([]);
  });

  it('without its model tells the layers, and what more there is to ask', async () => {
    const { summary, remarks } = await inspectPlan(plan, {}, () => engine('tensorrt-10'));
    expect(summary!.int8).toEqual([]);
    expect(summary!.byPrecision.INT8!.layers).toBe(3);
    expect(remarks).toEqual([expect.stringContaining('--model MODEL.onnx')]);
  });

  it('whose layers are names alone says how to build one that tells more', async () => {
    const { summary, remarks } = await inspectPlan(plan, { model }, () => engine('names'));
    expect(summary!.unknown).toHaveLength(4);
    expect(remarks).toEqual([expect.stringContaining('--profiling-verbosity detailed')]);
  });

  it('is given back', async () => {
    disposed = 0;
    await inspectPlan(plan, {}, () => engine('tensorrt-10'));
    await inspectPlan(plan, { model: join(folder, 'no.onnx') }, () => engine('tensorrt-10')).catch(() => undefined);
    expect(disposed).toBe(2);
  });
});

describe('a plan that cannot be loaded here', () => {
  it('tells its header, and why no more', async () => {
    const result = await inspectPlan(plan, {}, noGpu);
    expect(result.plan.version).toBe('10.16.1');
    expect(result.layers).toBeUndefined();
    expect(result.remarks).toEqual([expect.stringMatching(/^no layers: no GPU here; .*--layers FILE/)]);
  });

  it('is an error where layers were asked for', async () => {
    await expect(inspectPlan(plan, { model }, noGpu)).rejects.toMatchObject({
      code: 'ERR_NO_GPU',
      message: expect.stringContaining('--layers FILE') as string,
    });
  });

  it('takes its layers from a file', async () => {
    const result = await inspectPlan(plan, { model, layers: layers('tensorrt-11') }, noGpu);
    expect(result.summary!.fallbacks.map(({ node }) => node)).toEqual(['Conv_conv2']);
  });
});

describe('inspect', () => {
  it('knows a file of layers by its content', async () => {
    const result = await inspect(layers('tensorrt-10'), { model });
    expect(result).toMatchObject({ kind: 'layers', summary: { fallbacks: [{ node: 'Conv_conv2' }] } });
  });

  it('says that a model without Q/DQ asks for nothing', async () => {
    const result = await inspect(layers('tensorrt-10'), { model: fixture('tiny-cnn-fp32.onnx') });
    expect(result).toMatchObject({ remarks: [expect.stringContaining('no node that Q/DQ asks')] });
  });

  it.each([
    ['layers that are missing', { layers: 'no.json' }, 'ERR_PLAN_INVALID', 'no.json cannot be read'],
    ['layers that are no JSON', { layers: model }, 'ERR_PLAN_INVALID', 'is no JSON'],
    ['times that are none', { layers: layers('names'), layerTimes: layers('names') }, 'ERR_PLAN_INVALID', 'no layers'],
  ])('refuses %s', async (_, options, code, message) => {
    await expect(inspect(plan, options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it('refuses options of a plan for what is none', async () => {
    await expect(inspect(repository('demo/model.onnx'), { model })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('--model is for an engine plan') as string,
    });
  });
});
