import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineTensor } from '#lib/backends/tensorrt/engine-options.js';
import { toFeeds } from '#lib/backends/tensorrt/feeds.js';
import { checkRange } from '#lib/backends/tensorrt/shapes.js';

const image: EngineTensor = {
  name: 'image',
  mode: 'input',
  dtype: 'float32',
  shape: [-1, 2, -1],
  shapeTensor: false,
  format: '',
  profiles: [
    { min: [1, 2, 4], opt: [2, 2, 8], max: [4, 2, 16] },
    { min: [1, 2, 1], opt: [1, 2, 1], max: [1, 2, 1] },
  ],
};
const sizes: EngineTensor = {
  ...image,
  name: 'sizes',
  dtype: 'int64',
  shape: [2],
  shapeTensor: true,
  profiles: [{ min: [1, 1], opt: [2, 2], max: [3, 3] }],
};
const tensor = (shape: readonly number[]) =>
  ({ dtype: 'float32', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }) as const;

describe('checkRange', () => {
  it('takes exactly the shapes between min and max', () => {
    const { min, max } = image.profiles[0]!;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 20 }), { minLength: 2, maxLength: 4 }), (shape) => {
        const fits = shape.length === 3 && shape.every((length, axis) => length >= min[axis]! && length <= max[axis]!);
        const check = (): void => checkRange(image, 0, shape);
        if (fits) expect(check).not.toThrow();
        else expect(check).toThrow(/the engine takes 1x2x4 to 4x2x16 \(optimization profile 0\)/);
      }),
    );
  });

  it('names the one shape of a profile without a range', () => {
    expect(() => checkRange(image, 1, [2, 2, 1])).toThrow("input 'image' has shape 2x2x1: the engine takes 1x2x1");
  });
});

describe('toFeeds', () => {
  it('views exactly the elements, in the order of the engine', () => {
    const data = new Float32Array(100).subarray(10, 10 + 8);
    const feeds = toFeeds([image, sizes], 0, {
      sizes: { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 3n) },
      image: { dtype: 'float32', shape: [1, 2, 4], data },
    });
    expect(feeds.map(({ name }) => name)).toEqual(['image', 'sizes']);
    expect(feeds[0]!.data.byteOffset).toBe(40);
    expect(feeds[0]!.data.byteLength).toBe(32);
  });

  it('refuses what does not fit, by name', () => {
    const refused = (feeds: Parameters<typeof toFeeds>[2], code: string, message: RegExp): void => {
      const check = (): unknown => toFeeds([image], 0, feeds);
      expect(check).toThrow(message);
      expect(check).toThrow(expect.objectContaining({ code }));
    };
    refused({}, 'ERR_USAGE', /'image' is missing: expected float32 of shape -1x2x-1 \(-1: dynamic\)/);
    refused({ image: tensor([1, 2, 4]), other: tensor([1]) }, 'ERR_USAGE', /no input 'other': its inputs are 'image'/);
    const half = { dtype: 'float16', shape: [1, 2, 4], data: new Uint16Array(8) } as const;
    refused({ image: half }, 'ERR_DATA_DTYPE', /is float16: the engine takes float32/);
    const wrong = { dtype: 'float32', shape: [1, 2, 4], data: new Int32Array(8) } as const;
    refused({ image: wrong }, 'ERR_DATA_DTYPE', /its data is of class Int32Array/);
    refused({ image: tensor([1, 2, 3]) }, 'ERR_DATA_SHAPE', /1x2x3: the engine takes 1x2x4 to 4x2x16/);
    const short = { dtype: 'float32', shape: [1, 2, 4], data: new Float32Array(7) } as const;
    refused({ image: short }, 'ERR_DATA_SHAPE', /7 elements: its shape 1x2x4 takes 8/);
  });

  it('refuses a detached array', () => {
    const image8 = tensor([1, 2, 4]);
    structuredClone(image8.data, { transfer: [image8.data.buffer] });
    expect(() => toFeeds([image], 0, { image: image8 })).toThrow('0 elements');
  });

  it('holds the values of a shape tensor against the profile', () => {
    const values = { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 4n) } as const;
    expect(() => toFeeds([sizes], 0, { sizes: values })).toThrow(
      "input 'sizes' has values 1x4: the engine takes 1x1 to 3x3",
    );
  });
});
