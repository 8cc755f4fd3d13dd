import { CalibrtError } from '../errors.js';
import type { Tensor } from './tensor.js';

/** Index of the first NaN or infinity; -1 where there is none (always, for integers). */
export function firstNonFinite({ dtype, data }: Tensor): number {
  if (dtype === 'float16') return findBits(data as Uint16Array, 0x7c00);
  if (dtype === 'bfloat16') return findBits(data as Uint16Array, 0x7f80);
  if (data instanceof Float32Array || data instanceof Float64Array) {
    // x - x is 0 for every finite x and NaN otherwise.
    for (let i = 0; i < data.length; i++) if (data[i]! - data[i]! !== 0) return i;
  }
  return -1;
}

/**
 * One NaN or infinity in a sample would spoil the statistics of every tensor behind it.
 *
 * @throws CalibrtError `ERR_DATA_NOT_FINITE` naming the sample, the input and the place.
 */
export function checkFinite(tensor: Tensor, input: string, where: string): void {
  const index = firstNonFinite(tensor);
  if (index < 0) return;
  const value = tensor.data instanceof Uint16Array ? 'NaN or an infinity' : String(tensor.data[index]);
  throw new CalibrtError(
    'ERR_DATA_NOT_FINITE',
    `${where}: input ${input} holds ${value} at element ${index}: remove or repair that sample ` +
      `(a float16 or float32 input overflows where the data was wider)`,
  );
}

function findBits(data: Uint16Array, exponent: number): number {
  return data.findIndex((bits) => (bits & exponent) === exponent);
}
