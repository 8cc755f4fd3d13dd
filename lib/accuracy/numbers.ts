import type { Tensor } from '../data/tensor.js';
import { bfloat16ToNumber, float16ToNumber } from '../float16.js';

/** A tensor's elements as JavaScript numbers: its own storage where that holds numbers, else a copy. */
export function numbers({ data, dtype }: Pick<Tensor, 'data' | 'dtype'>): ArrayLike<number> {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  if (dtype === 'float16') return Float32Array.from(data as Uint16Array, float16ToNumber);
  if (dtype === 'bfloat16') return Float32Array.from(data as Uint16Array, bfloat16ToNumber);
  return data;
}
