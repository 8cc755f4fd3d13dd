import { searchRanges } from './search.js';
import type { Calibrator } from './types.js';

/** The full observed range: threshold = amax, so nothing is clipped. TensorRT's `IInt8MinMaxCalibrator` does the same. */
export function minmax(): Calibrator {
  return {
    name: 'minmax',
    label: 'minmax',
    ranges: (statistics, names) => searchRanges(statistics, names, { method: 'minmax' }),
  };
}
