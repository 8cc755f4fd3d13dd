import { CalibrtError } from '../lib/errors.js';
import { minmax } from './minmax.js';
import { searchingCalibrator } from './search.js';
import type { Calibrator, CalibratorOptions, DynamicRange } from './types.js';

/**
 * The least threshold with `percentile` per cent of all finite |x|, zeros included, at or below it; never above amax, which 100
 * gives. Asymmetric: half of what is left is cut from either end, as ONNX Runtime's quantizer does.
 *
 * A tensor so sparse that this is 0 although it is not all zero keeps its full range: a threshold of 0 would erase every value it
 * carries.
 */
export function percentile({ percentile: kept = 99.99 }: CalibratorOptions = {}): Calibrator {
  if (!(kept > 0 && kept <= 100)) {
    throw new CalibrtError('ERR_USAGE', `percentile: expected a number above 0 and up to 100, got ${kept}`);
  }
  const search = searchingCalibrator('percentile', `percentile(${kept})`, { method: 'percentile', percentile: kept });
  const full = minmax();
  const orFull = async (found: readonly DynamicRange[], all: () => Promise<DynamicRange[]>) => {
    const isEmpty = ({ min, max }: DynamicRange) => min === 0 && max === 0;
    if (!found.some(isEmpty)) return [...found];
    const whole = await all();
    return found.map((range, i) => (isEmpty(range) ? whole[i]! : range));
  };
  return {
    ...search,
    ranges: async (...tensors) => orFull(await search.ranges(...tensors), () => full.ranges(...tensors)),
    asymmetricRanges: async (...tensors) =>
      orFull(await search.asymmetricRanges(...tensors), () => full.asymmetricRanges(...tensors)),
  };
}
