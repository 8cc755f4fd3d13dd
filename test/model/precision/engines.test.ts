import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '#lib/model/index.js';
import { buildPlan } from '#lib/pipeline/build/build.js';
import { evaluate } from '#lib/pipeline/evaluation/evaluate.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { needsRtx, withoutRtx } from '../../backends/tensorrt/rtx.js';
import { repository } from '../../helpers/fixture.js';
import { build } from '../build.js';

const data = repository('demo/calibration');
const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;
const model = repository('demo/model.onnx');
const shape = [1, 1, 32, 32];
const rtx = {
  backend: 'tensorrt-rtx',
  targets: ['sm86'],
  profiles: [{ input: { min: shape, opt: shape, max: shape } }],
} as const;

let folder: string;
let qdq: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-precision-'));
  qdq = join(folder, 'qdq.onnx');
  await quantize(model, qdq, { data, preprocess, limit: 40, holdout: 0 });
});
afterAll(() => rm(folder, { recursive: true }));

describe('quantize with high precision fp16', () => {
  it('writes a smaller model that runs, verified with everything rounded', async () => {
    const output = join(folder, 'fp16.onnx');
    const options = { data, preprocess, limit: 40, highPrecision: 'fp16' } as const;
    const result = await quantize(model, output, options);
    expect(result.highPrecision).toMatchObject({ type: 'fp16', kept: [] });
    expect(result.highPrecision!.nodes).toBeGreaterThan(90);
    expect(result.verify!.outputs['logits']!.sqnrDb).toBeGreaterThan(25);
    expect(result.warnings).toEqual([]);
    const written = await openModel(output);
    expect(written.opset).toBe(19);
    const types = new Set([...written.initializers.values()].map(({ dtype }) => dtype));
    expect([...types].sort()).toEqual(['float16', 'int8']);
    // ONNX Runtime reads it, and finds close to it what Q/DQ in float32 give.
    const { outputs } = await evaluate(qdq, output, { data, preprocess, limit: 20 });
    expect(outputs['logits']!.sqnrDb).toBeGreaterThan(25);
  });

  it("is refused in ONNX Runtime's form", async () => {
    const options = { data, preprocess, form: 'onnxruntime', highPrecision: 'fp16' } as const;
    await expect(quantize(model, join(folder, 'no.onnx'), options)).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});

describe(`build in 16 bits${needsRtx}`, () => {
  const plan = (path: string, options: object): ReturnType<typeof buildPlan> =>
    buildPlan(path, join(folder, 'a.plan'), { ...rtx, ...options });

  it.skipIf(withoutRtx !== '').each([{ fp16: true }, { bf16: true }])('an FP32 model: %o', async (options) => {
    const [full, half] = [await plan(model, {}), await plan(model, options)];
    expect(full.cast).toBeUndefined();
    expect(half.cast).toEqual({ type: Object.keys(options)[0]!.slice(0, 4), nodes: 43, kept: [] });
    expect(half.weightBytes!).toBeLessThan(0.55 * full.weightBytes!);
    expect(half.bytes).toBeLessThan(full.bytes);
    expect([half.inputs[0]!.dtype, half.outputs[0]!.dtype]).toEqual(['float32', 'float32']);
  });

  it.skipIf(withoutRtx !== '').each([{ fp16: true }, { bf16: true }])('a Q/DQ model: %o', async (options) => {
    const [full, half] = [await plan(qdq, {}), await plan(qdq, options)];
    expect(half.cast!.kept).toEqual([]);
    expect(half.weightBytes!).toBeLessThan(full.weightBytes!);
  });

  it.skipIf(withoutRtx !== '')('names the file that was given, not the copy', async () => {
    const broken = repository('test/fixtures/tiny-broken.onnx');
    await expect(plan(broken, { fp16: true })).rejects.toMatchObject({
      code: 'ERR_BUILD',
      message: expect.stringContaining(`${broken} (cast)`) as string,
    });
  });

  it('FP16 and BF16 at once are refused', async () => {
    await expect(plan(model, { fp16: true, bf16: true })).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});

it('quantize warns where FP16 overflows, which ONNX Runtime on a CPU would not show', async () => {
  const large = build(
    [
      ['Conv', 'x w', 'h'],
      ['Conv', 'h w', 'a'],
      ['Mul', 'a a', 'b'],
      ['Mul', 'b b', 'c'],
      ['Relu', 'c', 'r'],
      ['Neg', 'r', 'y'],
    ],
    { inputs: { x: ['n', 4, 8, 8] }, outputs: ['y'], constants: { w: [4, 4, 3, 3] } },
  );
  const [path, output] = [join(folder, 'large.onnx'), join(folder, 'large.int8.onnx')];
  await large.save(path);
  const samples = join(folder, 'samples');
  await mkdir(samples);
  for (let index = 0; index < 10; index++) {
    await writeFile(join(samples, `${index}.bin`), new Float32Array(256).fill(300 + index));
  }
  const { verify, warnings } = await quantize(path, output, { data: samples, highPrecision: 'fp16' });
  expect(verify!.outputs['y']!.maxAbsError).toBe(Infinity);
  expect(warnings).toContain('output "y" is not finite: something exceeds FP16; use high precision fp32');
});
