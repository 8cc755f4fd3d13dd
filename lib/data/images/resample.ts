import type { RgbImage } from './decode.js';

const CHANNELS = 3;
/** Fixed-point bits of a weight: 32, less 8 of the pixel and 2 of headroom. */
const PRECISION = 22;
const HALF = 1 << (PRECISION - 1);

/**
 * Resizes with a triangle filter that widens when reducing (bilinear with antialiasing): bit for bit Pillow's
 * `Image.resize(size, BILINEAR)`, which torchvision's transforms use. sharp's `linear` kernel reduces within a level of
 * that, but shifts the picture by up to half a pixel of the source when it enlarges.
 */
export function resizeBilinear(image: RgbImage, width: number, height: number): RgbImage {
  const passes = [(from: RgbImage) => resizeRows(from, width), (from: RgbImage) => resizeColumns(from, height)];
  // Each pass rounds to 8 bits, so their order shows in single levels; this one is that of Pillow 13.
  if (width > image.width && height < image.height) passes.reverse();
  return passes.reduce((current, pass) => pass(current), image);
}

/** For each output position, the first source pixel and the weights of those from there on. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `size` weights for each output position, of which `count` are used. */
  readonly weights: Int32Array;
  readonly size: number;
}

// Pillow's precompute_coeffs and normalize_coeffs_8bpc (src/libImaging/Resample.c).
function triangleTaps(source: number, target: number): Taps {
  const scale = source / target;
  const support = Math.max(scale, 1);
  const size = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(target);
  const count = new Int32Array(target);
  const weights = new Int32Array(target * size);
  for (let i = 0; i < target; i++) {
    const center = (i + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const taps = Math.min(source, Math.trunc(center + support + 0.5)) - from;
    const exact = Array.from({ length: taps }, (_, tap) =>
      Math.max(0, 1 - Math.abs((tap + from - center + 0.5) * (1 / support))),
    );
    const sum = exact.reduce((total, weight) => total + weight, 0);
    exact.forEach((weight, tap) => {
      weights[i * size + tap] = Math.trunc(0.5 + (weight / sum) * (1 << PRECISION));
    });
    first[i] = from;
    count[i] = taps;
  }
  return { first, count, weights, size };
}

function resizeRows(image: RgbImage, target: number): RgbImage {
  const { data, width, height } = image;
  if (target === width) return image;
  const { first, count, weights, size } = triangleTaps(width, target);
  const out = new Uint8Array(target * height * CHANNELS);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < target; x++, to += CHANNELS) {
      let from = (y * width + first[x]!) * CHANNELS;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const begin = x * size;
      const end = begin + count[x]!;
      for (let tap = begin; tap < end; tap++, from += CHANNELS) {
        const weight = weights[tap]!;
        red += data[from]! * weight;
        green += data[from + 1]! * weight;
        blue += data[from + 2]! * weight;
      }
      // Weights are not negative and add up to one, so the sums stay within 31 bits and the results within 0..255.
      out[to] = red >> PRECISION;
      out[to + 1] = green >> PRECISION;
      out[to + 2] = blue >> PRECISION;
    }
  }
  return { width: target, height, data: out };
}

function resizeColumns(image: RgbImage, target: number): RgbImage {
  const { data, width, height } = image;
  if (target === height) return image;
  const { first, count, weights, size } = triangleTaps(height, target);
  const row = width * CHANNELS;
  const out = new Uint8Array(target * row);
  const sums = new Int32Array(row);
  for (let y = 0; y < target; y++) {
    sums.fill(HALF);
    for (let tap = 0; tap < count[y]!; tap++) {
      const weight = weights[y * size + tap]!;
      const from = (first[y]! + tap) * row;
      for (let i = 0; i < row; i++) sums[i]! += data[from + i]! * weight;
    }
    for (let i = 0, to = y * row; i < row; i++, to++) out[to] = sums[i]! >> PRECISION;
  }
  return { width, height: target, data: out };
}
