import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Initializer } from '#lib/model/index.js';
import { calibrate } from '#lib/pipeline/calibration/calibrate.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { encodeNpy } from '../../data/encode-npy.js';
import { build, type Line } from '../../model/build.js';

let folder: string;
let data: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-infinities-'));
  data = at('samples.npy');
  const values = Float32Array.from({ length: 8 * 64 }, (_, i) => Math.sin(i * 0.37));
  await writeFile(data, encodeNpy({ dtype: 'float32', shape: [8, 8, 8], data: values }));
});
afterAll(() => rm(folder, { recursive: true }));

/** Products of a network's values among themselves, and what `lines` make of them. */
async function save(name: string, lines: readonly Line[]): Promise<string> {
  const products: Line[] = [
    ['MatMul', 'x w', 'q'],
    ['MatMul', 'q x', 's'],
    ['Greater', 's limits', 'c'],
  ];
  const constants = { w: [8, 8], axis: [1n] };
  const model = build([...products, ...lines], { inputs: { x: ['n', 8, 8] }, outputs: ['y'], constants });
  for (const [constant, value] of Object.entries({ zero: 0, low: -Infinity })) {
    const tensor = { dtype: 'float32', shape: [], data: Float32Array.of(value) } as const;
    model.graph.setInitializer(Initializer.create(constant, tensor));
  }
  // Softmax makes NaN of a row that is masked throughout.
  const data = Float32Array.of(1e9, 0, 0, 0, 0, 0, 0, 0);
  model.graph.setInitializer(Initializer.create('limits', { dtype: 'float32', shape: [8], data }));
  await model.save(at(name));
  return at(name);
}

const attention: Line[] = [
  ['Where', 'c low zero', 'mask'],
  ['Add', 's mask', 't'],
  ['Unsqueeze', 't axis', 'u'],
  ['Squeeze', 'u axis', 'v'],
  ['Softmax', 'v', 'p'],
  ['MatMul', 'p q', 'y'],
];
const logarithm: Line[] = [
  ['Relu', 's', 'r'],
  ['Log', 'r', 'l'],
];

describe('a tensor with infinities', () => {
  it('is left out of a cache for an implicit build, with one warning', async () => {
    const path = await save('mask.onnx', attention);
    const warnings: string[] = [];
    const onWarning = (text: string): void => void warnings.push(text);
    const { tensors } = await calibrate(path, at('mask.cache'), { data, threads: 1, onWarning });
    expect(Object.keys(tensors)).toEqual(['x', 'q', 's', 'p', 'y']);
    expect(warnings.filter((text) => text.includes('infinities'))).toEqual([
      expect.stringMatching(/are left out: mask, t, u and 1 more; TensorRT keeps in float/),
    ]);
  });

  it('is no obstacle for ONNX Runtime where it is a mask', async () => {
    const path = await save('mask.onnx', attention);
    const { verify } = await quantize(path, at('quantized.onnx'), { data, threads: 1, form: 'onnxruntime' });
    expect(verify?.outputs['y']?.sqnrDb).toBeGreaterThan(20);
  });

  it('is an error where it is to be quantized, which tells of masks', async () => {
    const path = await save('logarithm.onnx', [...logarithm, ['MatMul', 'l q', 'y']]);
    const attempt = quantize(path, at('quantized.onnx'), { data, threads: 1, form: 'onnxruntime' });
    await expect(attempt).rejects.toMatchObject({
      code: 'ERR_CALIBRATION',
      message: expect.stringMatching(
        /^tensor l holds \d+ infinite values .* a mask of -inf .* --exclude the nodes/,
      ) as string,
    });
  });

  it('and with NaN is an error for a cache too', async () => {
    const path = await save('nan.onnx', [...logarithm, ['Mul', 'l zero', 'y']]);
    await expect(calibrate(path, at('nan.cache'), { data, threads: 1 })).rejects.toMatchObject({
      code: 'ERR_CALIBRATION',
      message: expect.stringMatching(/^tensor y holds \d+ NaN/) as string,
    });
  });
});
