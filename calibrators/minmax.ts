import { searchingCalibrator } from './search.js';
import type { Calibrator } from './types.js';

/**
 * The full observed range: threshold = amax, so nothing is clipped. TensorRT's `IInt8MinMaxCalibrator` does the same. Asymmetric: from
 * the least to the greatest value.
 */
export function minmax(): Calibrator {
  return searchingCalibrator('minmax', 'minmax', { method: 'minmax' });
}
