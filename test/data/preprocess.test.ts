import { describe, expect, it } from 'vitest';
import { resolvePreprocess } from '#lib/data/images/preprocess.js';
import { channelTables, imageToTensor } from '#lib/data/images/to-tensor.js';
import type { ModelInput, PreprocessSpec } from '#lib/data/index.js';
import type { DataType, Tensor } from '#lib/data/tensor.js';

function input(shape: ModelInput['shape'], dtype: DataType = 'float32'): ModelInput {
  return { name: 'image', dtype, shape };
}

/** Two pixels, (10, 20, 30) and (40, 50, 60). */
const pixels = { width: 2, height: 1, data: Uint8Array.of(10, 20, 30, 40, 50, 60) };

function convert(spec: PreprocessSpec, to: ModelInput): Tensor {
  const preprocess = resolvePreprocess(spec, to);
  return imageToTensor(pixels, preprocess, channelTables(preprocess, to.name));
}

describe('what the shape tells', () => {
  it.each([
    [[1, 3, 24, 32], 'nchw', { width: 32, height: 24 }, 'rgb', true],
    [['N', 24, 32, 3], 'nhwc', { width: 32, height: 24 }, 'rgb', true],
    [[null, 1, 28, 28], 'nchw', { width: 28, height: 28 }, 'gray', true],
    [[8, 28, 28, 1], 'nhwc', { width: 28, height: 28 }, 'gray', true],
    [[3, 24, 32], 'nchw', { width: 32, height: 24 }, 'rgb', false],
    [[24, 32, 3], 'nhwc', { width: 32, height: 24 }, 'rgb', false],
    // Both could be channels: the first wins.
    [[1, 3, 8, 3], 'nchw', { width: 3, height: 8 }, 'rgb', true],
    [[1, null, 8, 8], 'nchw', { width: 8, height: 8 }, 'rgb', true],
  ] as const)('%j is %s', (shape, layout, size, pixelFormat, batchAxis) => {
    expect(resolvePreprocess({}, input(shape))).toMatchObject({ layout, size, pixelFormat, batchAxis });
  });

  it('takes what the user says over what it infers', () => {
    expect(resolvePreprocess({ layout: 'nhwc' }, input([1, 3, 8, 3]))).toMatchObject({
      layout: 'nhwc',
      size: { width: 8, height: 3 },
    });
  });
});

describe('pixels', () => {
  it.each([
    ['planes', {}, [1, 3, 1, 2], [10, 40, 20, 50, 30, 60]],
    ['interleaved', { layout: 'nhwc' }, [1, 1, 2, 3], [10, 20, 30, 40, 50, 60]],
    ['blue first', { pixelFormat: 'bgr' }, [1, 3, 1, 2], [30, 60, 20, 50, 10, 40]],
    ['blue first, interleaved', { pixelFormat: 'bgr', layout: 'nhwc' }, [1, 1, 2, 3], [30, 20, 10, 60, 50, 40]],
    // Pillow's L of (10, 20, 30) and (40, 50, 60).
    ['gray', {}, [1, 1, 1, 2], [18, 48]],
    ['one mean and scale', { mean: [10], scale: [0.5] }, [1, 3, 1, 2], [0, 15, 5, 20, 10, 25]],
    ['per channel', { mean: [10, 20, 30], std: [1, 2, 4] }, [1, 3, 1, 2], [0, 30, 0, 15, 0, 7.5]],
    ['per channel of bgr', { pixelFormat: 'bgr', mean: [30, 20, 10] }, [1, 3, 1, 2], [0, 30, 0, 30, 0, 30]],
    ['symmetric', { preset: 'symmetric', mean: [10] }, [1, 1, 1, 2], [8 / 127.5, 38 / 127.5]],
    ['raw', { preset: 'raw' }, [1, 1, 1, 2], [18, 48]],
  ] as const)('%s', (_, spec, shape, expected) => {
    const { data, shape: actual } = convert(spec, input(shape));
    expect(actual).toEqual(shape);
    expect(data).toEqual(Float32Array.from(expected));
  });

  it('gives a preset to the colours, whatever their order', () => {
    const rgb = convert({ preset: 'imagenet' }, input([1, 3, 1, 2])).data as Float32Array;
    const bgr = convert({ preset: 'imagenet', pixelFormat: 'bgr' }, input([1, 3, 1, 2])).data as Float32Array;
    expect(rgb[0]).toBe(Math.fround((10 - 123.675) / 58.395));
    expect([...bgr]).toEqual([rgb[4], rgb[5], rgb[2], rgb[3], rgb[0], rgb[1]]);
  });

  it('keeps 0..255 for integer inputs, and rounds into float16', () => {
    expect(convert({}, input([1, 3, 1, 2], 'uint8')).data).toEqual(Uint8Array.of(10, 40, 20, 50, 30, 60));
    expect(convert({ mean: [128] }, input([1, 3, 1, 2], 'int8')).data).toEqual(
      Int8Array.of(-118, -88, -108, -78, -98, -68),
    );
    expect(convert({}, input([1, 3, 1, 2], 'int64')).data).toEqual(BigInt64Array.of(10n, 40n, 20n, 50n, 30n, 60n));
    // 0.1 in binary16 is 0x2e66.
    expect((convert({ scale: [0.01] }, input([1, 3, 1, 2], 'float16')).data as Uint16Array)[0]).toBe(0x2e66);
  });
});

describe('refusals', () => {
  it.each([
    [{}, [1, 10], 'ERR_DATA_SHAPE', /input image takes \[1, 10\], which is no image/],
    [{}, [1, 4, 8, 8], 'ERR_DATA_SHAPE', /4 channels in nchw order, but rgb images have 3/],
    [{ pixelFormat: 'gray' }, [1, 3, 8, 8], 'ERR_DATA_SHAPE', /3 channels .* gray images have 1/],
    [{}, [1, 3, null, 'w'], 'ERR_USAGE', /\[1, 3, \?, w\].*--resize WxH/],
    [{ resize: [10, 8] }, [1, 3, 8, 8], 'ERR_DATA_SHAPE', /takes images of 8x8, --resize says 10x8/],
    [{ resize: [0, 8] }, [1, 3, null, null], 'ERR_USAGE', /--resize must be/],
    [{ mean: [1, 2] }, [1, 3, 8, 8], 'ERR_USAGE', /--mean must be one finite number or 3 for rgb/],
    [{ preset: 'imagenet' }, [1, 1, 8, 8], 'ERR_USAGE', /--mean must be .* 1 for gray/],
    [{ std: [0] }, [1, 3, 8, 8], 'ERR_USAGE', /--std and --scale must be finite and not 0/],
    [{ std: [1], scale: [1] }, [1, 3, 8, 8], 'ERR_USAGE', /--std or --scale, not both/],
    [{ padValue: 300 }, [1, 3, 8, 8], 'ERR_USAGE', /--pad-value must be/],
  ] as const)('%j for %j', (spec, shape, code, message) => {
    const resolve = (): unknown => resolvePreprocess(spec, input(shape));
    expect(resolve).toThrow(expect.objectContaining({ code }) as Error);
    expect(resolve).toThrow(message);
  });

  it('normalized pixels for an integer input', () => {
    expect(() => convert({ preset: 'unit' }, input([1, 3, 1, 2], 'uint8'))).toThrow(
      /takes uint8, which cannot hold 0\.0039/,
    );
    expect(() => convert({}, input([1, 3, 1, 2], 'int8'))).toThrow(/takes int8, which cannot hold 128/);
  });
});
