import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchmark } from '#lib/pipeline/bench/benchmark.js';
import { repository } from '../../helpers/fixture.js';
import { stubTools } from './stub-engine.js';

const demo = repository('demo/model.onnx');

let folder: string;
let [slow, fast] = ['', ''];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-bench-'));
  [slow, fast] = [join(folder, 'slow.plan'), join(folder, 'fast.plan')];
  for (const plan of [slow, fast]) await writeFile(plan, Buffer.concat([Buffer.from('ftrt'), Buffer.alloc(60, 1)]));
});
afterAll(() => rm(folder, { recursive: true }));

const typical = (plan: string): number => (plan.includes('slow') ? 10 : 4);

describe('engine plans', () => {
  it('take turns round by round, none always after the same, and are compared with the first', async () => {
    const { tools, asked } = stubTools(typical);
    const [first, second] = await benchmark([slow, fast], { rounds: 6, durationSeconds: 0.6, iterations: 12 }, tools);
    const order = asked.runs.map(({ plan }) => (plan === slow ? 's' : 'f')).join('');
    expect(order).toBe('sffssffssffs');
    expect(asked.runs[0]!.options).toMatchObject({ durationSeconds: 0.1, iterations: 2, warmUpMs: 200, profile: 0 });
    expect(first).toMatchObject({
      label: 'slow.plan',
      backend: 'tensorrt',
      device: 'Stub',
      precision: null,
      queries: 18,
    });
    expect(first).not.toHaveProperty('comparison');
    expect(second!.comparison).toMatchObject({ reference: 'slow.plan', significance: 'faster' });
    expect(second!.comparison!.ratio).toBeCloseTo(0.4, 2);
    expect(second!.conditions).toMatchObject({ tensorrt: '10.16.0', driver: '12.8', gpu: 'sm86' });
    expect(asked.disposed).toBe(2);
  });

  it('have the figures of every part of a query', async () => {
    const { tools } = stubTools(typical);
    const [result] = await benchmark([slow], { rounds: 3, percentiles: [50] }, tools);
    const { latencyMs, gpuComputeMs, h2dMs, d2hMs, enqueueMs, throughputQps, walltimeS } = result!;
    expect(gpuComputeMs!.median / latencyMs.median).toBeCloseTo(0.8, 4);
    expect(h2dMs!.median / latencyMs.median).toBeCloseTo(0.1, 4);
    expect(d2hMs!.median / latencyMs.median).toBeCloseTo(0.1, 4);
    expect(enqueueMs!.median / latencyMs.median).toBeCloseTo(0.05, 4);
    expect(throughputQps * walltimeS).toBeCloseTo(9, 6);
    expect(Object.keys(latencyMs)).toEqual(['min', 'max', 'mean', 'median', 'p50', 'cvPercent']);
    expect(result!.rounds).toHaveLength(3);
    expect(result!.trace.h2dStart).toHaveLength(9);
  });

  it('run in the first profile that takes the shapes, with what was asked', async () => {
    const { tools, asked } = stubTools(typical);
    const targets = [{ model: slow, shapes: { input: [20, 1, 32, 32] } }];
    const options = { rounds: 1, streams: 2, cudaGraph: true, transfers: false, spinWait: true, warmUpMs: 0 };
    const [result] = await benchmark(targets, options, tools);
    expect(asked.runs[0]!.options).toMatchObject({
      ...{ profile: 1, streams: 2, cudaGraph: true, transfers: false, spinWait: true, warmUpMs: 0 },
      shapes: { input: [20, 1, 32, 32], ids: [2] },
    });
    // Floats are the runner's own random numbers; whole numbers are ones, which any vocabulary has.
    expect(Object.keys(asked.runs[0]!.options.inputs!)).toEqual(['ids']);
    expect([...asked.runs[0]!.options.inputs!['ids']!.data]).toEqual([1n, 1n]);
    expect(result!.notes).toEqual(['no graph could be captured']);
    expect(result!.remarks).toEqual([expect.stringContaining('too few rounds')]);
    expect(result!.medianCi95Ms).toBeNull();
  });

  it('tell their layers in a run apart from those that are timed', async () => {
    const info = '{"Layers": [{"Name": "conv", "LayerType": "Convolution", "Weights": {"Type": "Int8", "Count": 1}}]}';
    const { tools, asked } = stubTools(typical, info);
    const [result] = await benchmark([slow], { rounds: 2, profile: true, cudaGraph: true }, tools);
    expect(asked.runs.map(({ options }) => options.profileLayers ?? false)).toEqual([false, false, true]);
    expect(asked.runs[2]!.options.cudaGraph).toBeUndefined();
    expect(result!.layers).toEqual([
      { name: 'conv', operator: 'Convolution', nodes: ['conv'], precision: 'INT8', isReformat: false, medianMs: 0.9 },
    ]);
    expect(result!.profile!.iterations).toBe(20);
  });

  it.each([
    ['a shape of no input', { shapes: { no: [1] } }, {}, '--shapes no: '],
    ['a shape that no profile takes', { shapes: { input: [5, 1, 32, 31] } }, {}, '1x1x32x32 to 4x1x32x32'],
    ['the CPU', { backend: 'onnxruntime' }, {}, 'runs on a GPU alone'],
    ['a precision', { precision: 'fp16' }, {}, 'has its precision built in'],
    ['threads', {}, { threads: 2 }, '--threads is for the CPU'],
  ] as const)('refuse %s', async (_, target, options, message) => {
    const { tools, asked } = stubTools(typical);
    await expect(benchmark([{ model: slow, ...target }], { rounds: 1, ...options }, tools)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(message) as string,
    });
    expect(asked.runs).toEqual([]);
  });
});

describe('a model on the GPU', () => {
  it('is built in each precision and for each shape', async () => {
    const { tools, asked } = stubTools(() => 5);
    const shapes = { input: [4, 1, 32, 32] };
    const warnings: string[] = [];
    const results = await benchmark(
      (['fp32', 'fp16', 'int8'] as const).map((precision) => ({ model: demo, backend: 'tensorrt', precision, shapes })),
      { rounds: 3, profile: true, onWarning: (warning) => warnings.push(warning) },
      tools,
    );
    const range = { min: shapes.input, opt: shapes.input, max: shapes.input };
    expect(asked.builds.map(({ options }) => options)).toEqual([
      expect.objectContaining({ profiles: [{ input: range }], targets: ['current'], profilingVerbosity: 'detailed' }),
      expect.objectContaining({ fp16: true }),
      expect.objectContaining({ int8: true, placeholderRanges: true }),
    ]);
    expect(results.map(({ label }) => label)).toEqual(['model.onnx fp32', 'model.onnx fp16', 'model.onnx int8']);
    expect(results.map(({ precision }) => precision)).toEqual(['fp32', 'fp16', 'int8']);
    expect(results.map(({ comparison }) => comparison?.significance)).toEqual([undefined, 'equivalent', 'equivalent']);
    expect(warnings).toEqual([expect.stringContaining('ranges that have nothing to do with the model')]);
    expect(asked.disposed).toBe(3);
  });

  it('gives back what was loaded when a later one fails', async () => {
    const { tools, asked } = stubTools(() => 5);
    const missing = { model: join(folder, 'no.onnx'), backend: 'tensorrt' } as const;
    await expect(benchmark([{ model: demo, backend: 'tensorrt' }, missing], {}, tools)).rejects.toMatchObject({
      code: 'ERR_MODEL_NOT_FOUND',
    });
    expect(asked.disposed).toBe(1);
  });
});
