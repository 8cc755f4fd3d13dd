import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asCorruptSample } from '#lib/data/corrupt.js';
import { decodeImage, type RgbImage } from '#lib/data/images/decode.js';
import { fitImage, resizedSize } from '#lib/data/images/fit.js';
import { resizeBilinear } from '#lib/data/images/resample.js';
import { decodeNpy } from '#lib/data/npy/decode.js';

const folder = new URL('../fixtures/data/images/', import.meta.url).pathname;

async function load(file: string, target?: { width: number; height: number }): Promise<RgbImage> {
  return decodeImage(await readFile(join(folder, file)), file, target);
}

/** What Pillow made of it. */
async function pillow(name: string): Promise<RgbImage> {
  const { shape, data } = decodeNpy(await readFile(join(folder, `${name}.npy`)), name);
  return { width: shape[1]!, height: shape[0]!, data: data as Uint8Array };
}

function difference(a: RgbImage, b: RgbImage): { mean: number; max: number } {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  const errors = Array.from(a.data, (value, index) => Math.abs(value - b.data[index]!));
  return { mean: errors.reduce((sum, error) => sum + error, 0) / errors.length, max: Math.max(...errors) };
}

describe('decoding', () => {
  it.each([
    ...Array.from({ length: 8 }, (_, index) => `exif-${index + 1}.jpg`),
    'gray.png',
    'gray16.png',
    'palette.png',
    'lossless.webp',
    'lzw.tiff',
    'alpha.png',
    'animated.gif',
  ])('%s gives the pixels that Pillow gives', async (file) => {
    expect(await load(file)).toEqual(await pillow(file.replace(/\.\w+$/, '')));
  });

  it.each([
    // The conversion to RGB from YUV rounds differently, and CMYK goes through a real profile here.
    ['high.avif', 2],
    ['cmyk.jpg', 40],
  ])('%s is within %d levels of it on average', async (file, limit) => {
    expect(difference(await load(file), await pillow(file.replace(/\.\w+$/, ''))).mean).toBeLessThan(limit);
  });

  it.each(['truncated.jpg', 'truncated.png', 'text.jpg', 'empty.png'])(
    '%s is refused as a corrupt sample',
    async (file) => {
      const error: unknown = await load(file).catch((caught: unknown) => caught);
      expect(asCorruptSample(error)).toBeDefined();
      expect(error).toMatchObject({ code: 'ERR_DATA_FORMAT', message: expect.stringContaining(file) as string });
    },
  );
});

describe('resizing', () => {
  it.each(['37x29', '18x14', '5x7', '1x1', '74x58', '100x20', '11x90'])(
    'noise to %s is bit for bit Pillow',
    async (size) => {
      const [width, height] = size.split('x').map(Number) as [number, number];
      expect(resizeBilinear(await load('noise.png'), width, height)).toEqual(await pillow(`noise-${size}`));
    },
  );

  it('reduces a large picture while decoding, and stays within two levels of Pillow on average', async () => {
    const target = { width: 40, height: 30 };
    const decoded = await load('large.jpg', target);
    expect(decoded.width).toBeLessThan(400);
    expect(decoded.width).toBeGreaterThanOrEqual(3 * target.width);
    expect(difference(resizeBilinear(decoded, 40, 30), await pillow('large-40x30')).mean).toBeLessThan(2);
  });

  it.each([16, 24, 29, 40])('cover of %d is Resize and CenterCrop of torchvision', async (side) => {
    const covered = fitImage(await load('noise.png'), { width: side, height: side }, 'cover', 0);
    expect(covered).toEqual(await pillow(`noise-cover-${side}`));
  });

  it('contain keeps the whole picture in the middle of the padding', async () => {
    const image = await load('noise.png');
    const contained = fitImage(image, { width: 20, height: 31 }, 'contain', 114);
    expect(resizedSize(image, { width: 20, height: 31 }, 'contain')).toEqual({ width: 20, height: 16 });
    const row = (y: number): Uint8Array => contained.data.subarray(y * 60, (y + 1) * 60);
    const resized = resizeBilinear(image, 20, 16);
    for (let y = 0; y < 31; y++) {
      const inside = y >= 7 && y < 23;
      expect(row(y)).toEqual(inside ? resized.data.subarray((y - 7) * 60, (y - 6) * 60) : new Uint8Array(60).fill(114));
    }
  });
});
