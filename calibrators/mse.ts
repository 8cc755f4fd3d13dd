import { bitsOption, labelWith, searchingCalibrator } from './search.js';
import type { Calibrator, CalibratorOptions } from './types.js';

/**
 * The threshold T with the least mean squared error between the values and what they become when quantized to the levels
 * k·T/L, |k| ≤ L = 2^(bits-1) - 1: clipping error against rounding error.
 *
 * Asymmetric: the range with the least such error for all 2^bits levels with a zero point, both ends searched together.
 */
export function mse(options: CalibratorOptions = {}): Calibrator {
  const bits = bitsOption(options);
  return searchingCalibrator('mse', labelWith('mse', bits !== 8 && `bits=${bits}`), { method: 'mse', bits });
}
