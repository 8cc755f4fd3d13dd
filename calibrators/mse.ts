import { bitsOption, labelWithBits, searchRanges } from './search.js';
import type { Calibrator, CalibratorOptions } from './types.js';

/**
 * The threshold T with the least mean squared error between the values and what they become when quantized to the levels
 * k·T/L, |k| ≤ L = 2^(bits-1) - 1: clipping error against rounding error.
 */
export function mse(options: CalibratorOptions = {}): Calibrator {
  const bits = bitsOption(options);
  return {
    name: 'mse',
    label: labelWithBits('mse', bits),
    ranges: (statistics, names) => searchRanges(statistics, names, { method: 'mse', bits }),
  };
}
