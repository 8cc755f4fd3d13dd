import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchmark } from '#lib/pipeline/bench/benchmark.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { fixture, repository } from '../../helpers/fixture.js';

const demo = repository('demo/model.onnx');
const samples = {
  data: repository('demo/calibration'),
  preprocess: { pixelFormat: 'gray', preset: 'unit' },
} as const;
const quick = { backend: 'onnxruntime', rounds: 3, warmUpMs: 5, durationSeconds: 0.15, iterations: 9 } as const;

let folder: string;
let [cpu, tensorrt] = ['', ''];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-bench-cpu-'));
  [cpu, tensorrt] = [join(folder, 'cpu.onnx'), join(folder, 'tensorrt.onnx')];
  await quantize(demo, cpu, { ...samples, limit: 16, holdout: 0, form: 'onnxruntime' });
  await quantize(demo, tensorrt, { ...samples, limit: 16, holdout: 0 });
});
afterAll(() => rm(folder, { recursive: true }));

const onCpu = (model: string): { model: string; backend: 'onnxruntime' } => ({ model, backend: 'onnxruntime' });

describe('models on the CPU', () => {
  it('have figures of the latency alone, and their conditions', async () => {
    const [fp32, int8, again] = await benchmark([demo, cpu, demo].map(onCpu), {
      ...quick,
      threads: 1,
      spinning: false,
    });
    expect(fp32).toMatchObject({ label: 'model.onnx', backend: 'onnxruntime', precision: 'fp32' });
    expect(int8).toMatchObject({ label: 'cpu.onnx', precision: 'int8', shapes: { input: [1, 1, 32, 32] } });
    expect(again!.label).toBe('model.onnx (2)');
    expect(fp32!.conditions).toMatchObject({ threads: 1, spinning: false, onnxruntime: expect.any(String) as string });
    expect(fp32!.conditions.affinity).toMatch(/^\d[\d,-]*$/);
    expect(fp32).not.toHaveProperty('gpuComputeMs');
    expect(fp32!.queries).toBeGreaterThanOrEqual(9);
    expect(fp32!.warmUpQueries).toBeGreaterThanOrEqual(3);
    expect(fp32!.walltimeS).toBeGreaterThanOrEqual(0.15);
    expect(fp32!.rounds.reduce((sum, { queries }) => sum + queries, 0)).toBe(fp32!.queries);
    const { min, median, p99, max } = fp32!.latencyMs;
    expect(min).toBeGreaterThan(0);
    expect([min, median, p99!, max]).toEqual([min, median, p99!, max].sort((a, b) => a - b));
    const [low, high] = fp32!.medianCi95Ms!;
    expect(low).toBeLessThanOrEqual(median);
    expect(high).toBeGreaterThanOrEqual(median);
    expect(int8!.comparison!.ratio).toBeCloseTo(int8!.latencyMs.median / median, 6);
  });

  it('in the form for TensorRT are timed with a warning, and the offer of the other form', async () => {
    const warnings: string[] = [];
    await benchmark([tensorrt, cpu].map(onCpu), { ...quick, rounds: 1, onWarning: (text) => warnings.push(text) });
    const form = warnings.filter((text) => text.includes('says nothing of INT8'));
    expect(form).toEqual([expect.stringMatching(/^\S+tensorrt\.onnx .*--for onnxruntime/)]);
  });

  it('tell which kernels ran in INT8 and which fell back', async () => {
    const options = { ...quick, rounds: 1, profile: true };
    const [inCpuForm, inOtherForm] = await benchmark([cpu, tensorrt].map(onCpu), options);
    const { int8, fallbacks, unknown } = inCpuForm!.layerSummary!;
    expect(int8.length).toBeGreaterThan(15);
    expect(int8).toContain('/block1/conv1/Conv');
    expect({ fallbacks, unknown }).toEqual({ fallbacks: [], unknown: [] });
    const nodes = inOtherForm!.layerSummary!.fallbacks.map(({ node }) => node);
    expect(nodes).toContain('/block1/conv1/Conv');
    expect(inOtherForm!.layerSummary!.reformats.layers).toBeGreaterThan(10);
    const total = inCpuForm!.profile!.times.reduce((sum, { percentage }) => sum + percentage, 0);
    expect(total).toBeCloseTo(100, 3);
    expect(inCpuForm!.outputs!['logits']!.shape).toEqual([1, 10]);
  });

  it('are fed a sample, as often as the batch asks for', async () => {
    const target = { ...onCpu(demo), shapes: { input: [3, 1, 32, 32] } };
    const [result] = await benchmark([target], { ...quick, ...samples, rounds: 1, outputs: true });
    expect(result!.shapes).toEqual({ input: [3, 1, 32, 32] });
    const { data, shape } = result!.outputs!['logits']!;
    expect(shape).toEqual([3, 10]);
    expect([...data.slice(0, 10)]).toEqual([...data.slice(10, 20)]);
  });

  it('stop when they are told to', async () => {
    const controller = new AbortController();
    const timed = benchmark([onCpu(demo)], {
      ...quick,
      durationSeconds: 100,
      signal: controller.signal,
      onProgress: () => setTimeout(() => controller.abort(), 200),
    });
    await expect(timed).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  it.each([
    ['no model', [], {}, 'nothing to time'],
    ['a shape of no input', [{ ...onCpu(demo), shapes: { x: [1] } }], {}, 'has no such input, but input'],
    ['a shape that the model does not take', [{ ...onCpu(demo), shapes: { input: [1, 2, 32, 32] } }], {}, '?x1x32x32'],
    ['a precision', [{ ...onCpu(demo), precision: 'int8' }], {}, '--for onnxruntime'],
    ['a CUDA graph', [onCpu(demo)], { cudaGraph: true }, '--cuda-graph is for engines'],
    ['no rounds', [onCpu(demo)], { rounds: 0 }, '--rounds takes a number from 1'],
    ['half a round', [onCpu(demo)], { rounds: 2.5 }, 'whole number'],
    ['a negative time', [onCpu(demo)], { durationSeconds: -1 }, '--duration'],
    ['a percentile beyond 100', [onCpu(demo)], { percentiles: [101] }, '--percentile takes a number from 0 to 100'],
  ] as const)('are refused with %s', async (_, targets, options, message) => {
    await expect(benchmark(targets, { ...quick, ...options })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(message) as string,
    });
  });

  it('that cannot be read are refused', async () => {
    await expect(benchmark([onCpu(fixture('tiny-broken.onnx'))], quick)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_MODEL_/) as string,
    });
  });
});
