import { CalibrtError } from '../../errors.js';
import { convertToInput } from '../convert.js';
import { allocate, isFloat, tensor } from '../dtype.js';
import type { Tensor, TensorData } from '../tensor.js';
import type { RgbImage } from './decode.js';
import type { Preprocess } from './preprocess.js';

/** What each of the 256 values of a channel becomes; so a pixel costs one look-up, whatever the arithmetic and type. */
export type ChannelTables = readonly TensorData[];

/**
 * The tables of a preprocessing: (v - mean) · scale, computed in double and rounded once.
 *
 * @throws CalibrtError `ERR_DATA_DTYPE` where an integer input could not hold the results.
 */
export function channelTables({ mean, scale, dtype }: Preprocess, input: string): ChannelTables {
  return mean.map((offset, channel) => {
    const exact = Float64Array.from({ length: 256 }, (_, value) => (value - offset) * scale[channel]!);
    if (isFloat(dtype)) return convertToInput(exact, 'float64', { name: input, dtype, shape: [] }, input);
    return integers(exact, dtype, input);
  });
}

function integers(exact: Float64Array, dtype: Preprocess['dtype'], input: string): TensorData {
  const table = allocate(dtype, exact.length);
  const wide = table instanceof BigInt64Array || table instanceof BigUint64Array;
  exact.forEach((value, index) => {
    if (wide) table[index] = BigInt(Math.round(value));
    else table[index] = value;
    if (Number(table[index]) === value && dtype !== 'bool') return;
    throw new CalibrtError(
      'ERR_DATA_DTYPE',
      `input ${input} takes ${dtype}, which cannot hold ${value}, what mean and std make of ${index}: ` +
        `leave them out (raw 0..255 values)`,
    );
  });
  return table;
}

// Rec. 601 luma in 16-bit fixed point, as Pillow's convert("L"); equal channels keep their value.
const LUMA_RED = 19595;
const LUMA_GREEN = 38470;
const LUMA_BLUE = 7471;

/** Puts a picture into the input's layout, type and range. */
export function imageToTensor(image: RgbImage, preprocess: Preprocess, tables: ChannelTables): Tensor {
  const { width, height } = image;
  const { pixelFormat, layout, batchAxis, dtype } = preprocess;
  const channels = tables.length;
  const pixels = width * height;
  const source = pixelFormat === 'gray' ? toLuma(image.data, pixels) : image.data;
  const out = allocate(dtype, pixels * channels);
  for (let channel = 0; channel < channels; channel++) {
    const from = pixelFormat === 'bgr' ? channels - 1 - channel : channel;
    const [start, step] = layout === 'nchw' ? [channel * pixels, 1] : [channel, channels];
    lookUp(source, from, channels, tables[channel]!, out, start, step);
  }
  const shape = layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  return tensor(dtype, batchAxis ? [1, ...shape] : shape, out);
}

function lookUp(
  source: Uint8Array,
  from: number,
  stride: number,
  table: TensorData,
  out: TensorData,
  start: number,
  step: number,
): void {
  for (let i = from, to = start; i < source.length; i += stride, to += step) out[to] = table[source[i]!]!;
}

function toLuma(rgb: Uint8Array, pixels: number): Uint8Array {
  const gray = new Uint8Array(pixels);
  for (let i = 0, from = 0; i < pixels; i++, from += 3) {
    gray[i] = (rgb[from]! * LUMA_RED + rgb[from + 1]! * LUMA_GREEN + rgb[from + 2]! * LUMA_BLUE + 0x8000) >> 16;
  }
  return gray;
}
