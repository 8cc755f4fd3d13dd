import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEngine } from '#lib/backends/tensorrt/index.js';
import { describeModel, openModel, quantizationPoints } from '#lib/model/index.js';
import { calibrate } from '#lib/pipeline/calibration/calibrate.js';
import { evaluate } from '#lib/pipeline/evaluation/evaluate.js';
import { lint } from '#lib/pipeline/lint.js';
import type { QuantizeOptions } from '#lib/pipeline/quantize-options.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { needsRtx, withoutRtx } from '../../backends/tensorrt/rtx.js';
import { cli } from '../../helpers/cli.js';
import { repository } from '../../helpers/fixture.js';

const demo = repository('demo/model.onnx');
const samples = {
  data: repository('demo/calibration'),
  preprocess: { pixelFormat: 'gray', preset: 'unit' },
  limit: 10,
} as const;

let folder: string;
/** Ranges for each form, so that no test calibrates again that is about something else. */
const tables: Record<'tensorrt' | 'onnxruntime', string> = { tensorrt: '', onnxruntime: '' };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-kinds-'));
  for (const form of ['tensorrt', 'onnxruntime'] as const) {
    tables[form] = join(folder, `${form}.json`);
    await calibrate(demo, tables[form], { ...samples, form, method: 'minmax' });
  }
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, `${name}.onnx`);

/** Quantizes the demo model. Returns the result with the SQNR of its output on samples. */
async function make(name: string, options: QuantizeOptions) {
  const result = await quantize(demo, at(name), options);
  const compared = await evaluate(demo, at(name), samples);
  return { result, sqnr: compared.outputs['logits']!.sqnrDb, ...(await inspected(at(name))) };
}

async function inspected(path: string) {
  const model = await openModel(path);
  const points = await quantizationPoints(model.graph);
  return { model, points, description: describeModel(model) };
}

const calibrated = { ...samples, holdout: 0 } as const;

/** The scales and zero points that a model's Q/DQ read. */
async function parameters(path: string, suffix: string): Promise<number[]> {
  const { initializers } = await openModel(path);
  const values: number[] = [];
  for (const [name, tensor] of initializers) {
    if (name.endsWith(suffix) && tensor.dtype !== 'float8e4m3fn')
      values.push(...Array.from((await tensor.read()).data, Number));
  }
  return values;
}

describe('weights alone', () => {
  it('need no samples, leave activations float, and take a quarter of the space', async () => {
    const { result, sqnr, points, description } = await make('weights', { weightOnly: true });
    expect(result).toMatchObject({ method: 'weight-only', samples: 0, verify: null, tensors: {} });
    expect(points).toEqual([]);
    expect(description.quantization.int8Weights).toBe(19);
    expect(result.bytes.int8).toBeLessThan(result.bytes.fp32 / 3);
    expect(sqnr).toBeGreaterThan(33);
    expect((await lint(at('weights'))).findings).toEqual([]);
  });

  it('have the very values of static INT8', async () => {
    await quantize(demo, at('weights'), { weightOnly: true });
    await quantize(demo, at('static'), { table: tables.tensorrt });
    const [alone, both] = await Promise.all([openModel(at('weights')), openModel(at('static'))]);
    for (const [name, tensor] of both.initializers) {
      if (!name.endsWith('weight_quantized')) continue;
      expect((await alone.initializers.get(name)!.read()).data).toEqual((await tensor.read()).data);
    }
  });

  it('are verified where there are samples, and go with FP16 and patterns', async () => {
    const options = { ...samples, weightOnly: true, highPrecision: 'fp16', exclude: ['/stem*'] } as const;
    const { result } = await make('weights-half', options);
    expect(result.holdout).toBe(10);
    expect(result.verify!.outputs['logits']!.sqnrDb).toBeGreaterThan(30);
    expect(result.quantized).toHaveLength(18);
    expect((await lint(at('weights-half'))).findings).toEqual([]);
  });
});

describe('ranges at run time', () => {
  it('are computed by operators that ONNX Runtime runs on integers', async () => {
    const { result, sqnr, description } = await make('dynamic', { dynamic: true, ...samples });
    expect(result.quantized).toHaveLength(19);
    expect(result.verify!.outputs['logits']!.sqnrDb).toBeGreaterThan(30);
    expect(result.latencyMs!.int8).toBeGreaterThan(0);
    const { operators } = description;
    expect(operators).toMatchObject({ ConvInteger: 18, MatMulInteger: 1 });
    // What several operators read is quantized once.
    expect(operators['DynamicQuantizeLinear']).toBeLessThan(19);
    expect(sqnr).toBeGreaterThan(30);
  });

  it('have no place in TensorRT, and lint says so', async () => {
    await expect(quantize(demo, at('no'), { dynamic: true, form: 'tensorrt' })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('constants of an engine') as string,
    });
    await quantize(demo, at('dynamic'), { dynamic: true });
    const { findings } = await lint(at('dynamic'));
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['integer-operator']));
  });
});

describe('scales that are powers of two', () => {
  it.each(['tensorrt', 'onnxruntime'] as const)('are the least that clip no more, for %s', async (form) => {
    const exact = await make(`float-${form}`, { table: tables[form], form });
    const power = await make(`pow2-${form}`, { table: tables[form], form, scales: 'pow2' });
    const scales = await parameters(at(`pow2-${form}`), '_scale');
    expect(scales.length).toBeGreaterThan(100);
    expect(scales.every((scale) => Number.isInteger(Math.log2(scale)))).toBe(true);
    expect(power.sqnr).toBeGreaterThan(exact.sqnr - 6);
    for (const [tensor, { scale }] of Object.entries(power.result.tensors)) {
      const ratio = scale / exact.result.tensors[tensor]!.scale;
      expect(ratio).toBeGreaterThanOrEqual(1);
      expect(ratio).toBeLessThan(2);
    }
    if (form === 'tensorrt') expect((await lint(at(`pow2-${form}`))).findings).toEqual([]);
  });
});

describe('weights with a zero point', () => {
  it.each([{}, { scales: 'pow2' }, { dynamic: true }] as const)('serve the CPU, also with %j', async (more) => {
    const data = 'dynamic' in more ? {} : { table: tables.onnxruntime };
    const { sqnr, model } = await make('zero', { ...data, form: 'onnxruntime', weightRanges: 'asymmetric', ...more });
    const weights = [...model.initializers.keys()].filter((name) => name.endsWith('weight_zero_point'));
    const zeros = await Promise.all(weights.map(async (name) => (await model.initializers.get(name)!.read()).data[0]));
    expect(zeros.some((zero) => zero !== 0)).toBe(true);
    expect(sqnr).toBeGreaterThan(28);
  });
});

describe('integers of other widths, simulated', () => {
  it('of 8 bits compute what the INT8 model does', async () => {
    for (const form of ['tensorrt', 'onnxruntime'] as const) {
      await quantize(demo, at('simulated'), { table: tables[form], form, bits: 8 });
      await quantize(demo, at('integers'), { table: tables[form], form });
      const { outputs } = await evaluate(at('integers'), at('simulated'), samples);
      // Biases are INT32 in ONNX Runtime's form and float in the simulation.
      expect(outputs['logits']!.maxAbsError).toBeLessThanOrEqual(form === 'tensorrt' ? 0 : 0.1);
    }
  });

  it('come nearer to the float model with every bit', async () => {
    const sqnr: number[] = [];
    for (const bits of [3, 5, 8, 16]) sqnr.push((await make(`bits-${bits}`, { table: tables.tensorrt, bits })).sqnr);
    expect(sqnr).toEqual([...sqnr].sort((a, b) => a - b));
    expect(sqnr[3]).toBeGreaterThan(60);
    expect((await openModel(at('bits-5'))).metadata.get('calibrt.simulation')).toBe('5 bits');
  });

  it('have ranges that were searched for them', async () => {
    const result = await quantize(demo, at('searched'), { ...calibrated, bits: 4 });
    expect(result.method).toBe('mse(bits=4)');
    expect((await quantize(demo, at('observed'), { ...calibrated, bits: 12 })).method).toBe('minmax');
  });

  it('round weights stochastically by a seed', async () => {
    const bytes = async (name: string, stochasticSeed: number): Promise<Buffer> => {
      await quantize(demo, at(name), { table: tables.tensorrt, bits: 4, stochasticSeed });
      return readFile(at(name));
    };
    const first = await bytes('seed', 1);
    expect(await bytes('seed', 1)).toEqual(first);
    expect(await bytes('seed', 2)).not.toEqual(first);
  });
});

describe('FP8', () => {
  it('has scales of amax / 448 and weights of 8 bits, in operator set 19', async () => {
    const { result, sqnr, points, model } = await make('fp8', { ...calibrated, dtype: 'fp8' });
    expect(model.opset).toBe(19);
    expect(result.method).toBe('minmax');
    expect(points.every(({ dtype }) => dtype === 'float8e4m3fn')).toBe(true);
    for (const { tensor, scales } of points) {
      expect(scales).toEqual([Math.fround(result.tensors[tensor]!.amax / 448)]);
    }
    const weights = [...model.initializers].filter(([name]) => name.endsWith('weight_quantized'));
    expect(weights.map(([, tensor]) => tensor.dtype)).toEqual(Array(18).fill('float8e4m3fn'));
    expect(sqnr).toBeGreaterThan(18);
    expect((await lint(at('fp8'))).findings).toEqual([]);
  });
});

describe.skipIf(withoutRtx)(`the real TensorRT-RTX${needsRtx}`, () => {
  const kinds = {
    'weight-only': { weightOnly: true },
    'weight-only in FP16': { weightOnly: true, highPrecision: 'fp16' },
    pow2: { scales: 'pow2' },
    fp8: { dtype: 'fp8' },
  } as const;

  it.each(Object.keys(kinds) as (keyof typeof kinds)[])('builds %s', async (kind) => {
    const isFree = 'weightOnly' in kinds[kind];
    await quantize(demo, at('built'), { ...kinds[kind], ...(isFree ? {} : { table: tables.tensorrt }) });
    const shape = [1, 1, 32, 32];
    const profiles = [{ input: { min: shape, opt: shape, max: shape } }];
    expect((await buildEngine(at('built'), { targets: ['sm89'], profiles })).bytes).toBeGreaterThan(0);
  });
});

describe('what makes no sense', () => {
  const data = 'x';
  const refused: [QuantizeOptions, RegExp][] = [
    [{ weightOnly: true, dynamic: true }, /choose one/],
    [{ dynamic: true, form: 'tensorrt' }, /constants of an engine/],
    [{ dynamic: true, table: 'x.json' }, /needs no ranges/],
    [{ weightOnly: true, method: 'mse' }, /needs no ranges/],
    [{ data, activations: 'asymmetric' }, /TensorRT takes symmetric activations only/],
    [{ data, weightRanges: 'asymmetric' }, /TensorRT takes symmetric weights only/],
    [{ data, dtype: 'fp8', form: 'onnxruntime' }, /no CPU computes in FP8/],
    [{ data, dtype: 'fp8', method: 'mse' }, /use minmax or percentile/],
    [{ data, dtype: 'fp8', method: 'auto' }, /judges INT8/],
    [{ data, dtype: 'fp8', scales: 'pow2' }, /leave out --dtype fp8/],
    [{ data, bits: 17 }, /from 2 to 16/],
    [{ data, bits: 1 }, /from 2 to 16/],
    [{ data, bits: 4.5 }, /from 2 to 16/],
    [{ data, bits: 12, method: 'entropy' }, /use minmax or percentile/],
    [{ data, bits: 4, highPrecision: 'fp16' }, /for engines/],
    [{ data, bits: 4, auto: true, maxDrop: 1 }, /--auto is of static INT8/],
    [{ data, stochasticSeed: 3 }, /give --bits too/],
    [{ data, bits: 4, stochasticSeed: -1 }, /at least 0/],
    [{ dynamic: true, weightStorage: 'qdq' }, /--weights qdq is of static INT8/],
    [{ dtype: 'int4' } as unknown as QuantizeOptions, /--dtype must be one of int8, fp8/],
  ];

  it.each(refused)('is refused with the reason: %j', async (options, message) => {
    await expect(quantize(demo, at('refused'), options)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('on the command line', () => {
  it('a kind for the wrong target is wrong usage', async () => {
    const run = await cli(['quantize', demo, '-o', at('refused'), '--dynamic', '--for', 'tensorrt']);
    expect(run).toMatchObject({ status: 2, stderr: expect.stringContaining('constants of an engine') as string });
  });

  it('--weight-only writes a model, --dry-run tells which nodes', async () => {
    const run = await cli(['quantize', demo, '-o', at('cli'), '--weight-only', '--json']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(run.stdout)).toMatchObject({ method: 'weight-only', samples: 0, verify: null });
    const plan = await cli(['quantize', demo, '--dynamic', '--dry-run', '--json']);
    const { nodes } = JSON.parse(plan.stdout) as { nodes: { rule: string }[] };
    expect(nodes.filter(({ rule }) => rule === 'dynamic')).toHaveLength(19);
  });
});
