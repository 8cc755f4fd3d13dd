import type { Tensor } from '../../data/tensor.js';
import { CalibrtError } from '../../errors.js';

/**
 * An output's elements as JavaScript numbers.
 *
 * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` for float16, whose bits are no numbers.
 */
export function numbers(data: Tensor['data']): ArrayLike<number> {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  if (data instanceof Uint16Array) {
    throw new CalibrtError('ERR_MODEL_UNSUPPORTED', 'float16 outputs cannot be compared yet: cast them to float32');
  }
  return data;
}
