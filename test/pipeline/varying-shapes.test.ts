import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tensor } from '#lib/data/tensor.js';
import { calibrate, type CalibrateOptions } from '#lib/pipeline/calibration/calibrate.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { readTable, type CalibrationTable } from '#lib/tables/index.js';
import { encodeNpy } from '../data/encode-npy.js';
import { build, int, ints } from '../model/build.js';

/** Height and width of each sample; two of one size follow each other, and later a size comes back. */
const sizes = [
  [8, 8],
  [8, 8],
  [5, 13],
  [24, 16],
  [8, 8],
  [32, 7],
] as const;
const pixels = sizes.reduce((sum, [height, width]) => sum + height * width, 0);

let folder: string;
let model: string;
const at = (name: string): string => join(folder, name);

const samples = sizes.map(([height, width], sample): Tensor => {
  const data = Float32Array.from({ length: height * width }, (_, i) => Math.sin(i * 0.37 + sample) * (sample + 1));
  return { dtype: 'float32', shape: [1, 1, height, width], data };
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-varying-'));
  model = at('model.onnx');
  await build(
    [
      ['Conv', 'x w1', 'conv', { pads: ints(1, 1, 1, 1) }],
      ['Relu', 'conv', 'relu'],
      ['Conv', 'relu w2', 'conv2'],
      ['GlobalAveragePool', 'conv2', 'pool'],
      ['Flatten', 'pool', 'flat', { axis: int(1) }],
      ['Gemm', 'flat w3', 'y'],
    ],
    {
      inputs: { x: ['N', 1, 'H', 'W'] },
      outputs: ['y'],
      constants: { w1: [4, 1, 3, 3], w2: [4, 4, 1, 1], w3: [4, 3] },
    },
  ).save(model);
  await mkdir(at('arrays'));
  for (const [index, sample] of samples.entries()) {
    // With the batch axis and without: both are one sample.
    const shape = index % 2 === 0 ? sample.shape : sample.shape.slice(1);
    await writeFile(at(`arrays/${index}.npy`), encodeNpy({ ...sample, shape }));
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function table(data: CalibrateOptions['data'], options: object = {}): Promise<CalibrationTable> {
  await calibrate(model, at('table.json'), { data, ...options });
  return readTable(at('table.json'));
}

describe('samples of different sizes in one calibration', () => {
  it('count every value of every sample', async () => {
    const { tensors, data } = await table(at('arrays'));
    expect(data?.samples).toBe(sizes.length);
    expect(tensors['x']!.observed).toMatchObject({ count: pixels });
    expect(tensors['relu']!.observed).toMatchObject({ count: 4 * pixels });
  });

  it('give the same statistics from an iterable, a list and a folder', async () => {
    const { statistics } = await table(at('arrays'));
    expect((await table(samples.map((x) => ({ x })))).statistics).toEqual(statistics);
    await writeFile(at('list.txt'), sizes.map((_, index) => `arrays/${index}.npy\n`).join(''));
    expect((await table(at('list.txt'))).statistics).toEqual(statistics);
  });

  it('verify and quantize', async () => {
    const result = await quantize(model, at('int8.onnx'), { data: at('arrays'), holdout: 3 });
    expect(result).toMatchObject({ samples: 3, holdout: 3 });
    expect(result.verify!.outputs['y']!.sqnrDb).toBeGreaterThan(20);
  });

  it('of images are brought to one that must be chosen, or kept where that is asked for', async () => {
    await mkdir(at('images'));
    for (const [index, [height, width]] of sizes.entries()) {
      const raw = { width, height, channels: 1 as const };
      await sharp(
        Uint8Array.from({ length: width * height }, (_, i) => i % 251),
        { raw },
      )
        .png()
        .toFile(at(`images/${index}.png`));
    }
    const unit = { preset: 'unit' } as const;
    await expect(table(at('images'), { preprocess: unit })).rejects.toThrow(/any size .* --resize/);
    const native = await table(at('images'), { preprocess: { ...unit, resize: 'native' } });
    expect(native.tensors['x']!.observed).toMatchObject({ count: pixels });
    const resized = await table(at('images'), { preprocess: { ...unit, resize: [9, 6] } });
    expect(resized.tensors['x']!.observed).toMatchObject({ count: sizes.length * 9 * 6 });
  });
});
