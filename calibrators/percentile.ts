import { CalibrtError } from '../lib/errors.js';
import { searchRanges, symmetricRange } from './search.js';
import type { Calibrator, CalibratorOptions } from './types.js';

/**
 * The least threshold with `percentile` per cent of all finite |x|, zeros included, at or below it; never above amax, which 100
 * gives.
 *
 * A tensor so sparse that this is 0 although it is not all zero keeps its full range: a threshold of 0 would erase every value it
 * carries.
 */
export function percentile({ percentile: kept = 99.99 }: CalibratorOptions = {}): Calibrator {
  if (!(kept > 0 && kept <= 100)) {
    throw new CalibrtError('ERR_USAGE', `percentile: expected a number above 0 and up to 100, got ${kept}`);
  }
  return {
    name: 'percentile',
    label: `percentile(${kept})`,
    async ranges(statistics, names) {
      const ranges = await searchRanges(statistics, names, { method: 'percentile', percentile: kept });
      return ranges.map((range, i) => (range.max > 0 ? range : symmetricRange(statistics[i]!.summary().amax)));
    },
  };
}
