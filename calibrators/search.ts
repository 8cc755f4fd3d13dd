import { availableParallelism } from 'node:os';
import { CalibrtError } from '../lib/errors.js';
import { native, type NativeStatistics, type ThresholdSearch } from '../lib/native.js';
import type { CalibratorOptions, DynamicRange } from './types.js';

/** Searches a threshold for each tensor natively and makes symmetric ranges of them; see {@link Calibrator.ranges}. */
export async function searchRanges(
  statistics: readonly NativeStatistics[],
  names: readonly string[] | undefined,
  search: ThresholdSearch,
): Promise<DynamicRange[]> {
  statistics.forEach((each, index) => requireRange(each, names?.[index] ?? `number ${index}`));
  const thresholds = await native().searchThresholds(statistics, search, availableParallelism());
  return thresholds.map(({ threshold }) => symmetricRange(threshold));
}

/** The range from -`threshold` to `threshold`; without a negative zero where that is 0. */
export function symmetricRange(threshold: number): DynamicRange {
  return { min: threshold === 0 ? 0 : -threshold, max: threshold };
}

/**
 * The option `bits`, 8 where it is absent.
 *
 * @throws CalibrtError `ERR_USAGE` where it is no integer from 2 to 8.
 */
export function bitsOption({ bits = 8 }: CalibratorOptions): number {
  if (!Number.isInteger(bits) || bits < 2 || bits > 8) {
    throw new CalibrtError('ERR_USAGE', `bits: expected an integer from 2 to 8, got ${bits}`);
  }
  return bits;
}

/** A method's label: its name, and the width where it is not 8 bits. */
export function labelWithBits(name: string, bits: number): string {
  return bits === 8 ? name : `${name}(bits=${bits})`;
}

function requireRange(statistics: NativeStatistics, name: string): void {
  const { count, nans, infinities } = statistics.summary();
  if (nans > 0n) {
    throw new CalibrtError(
      'ERR_CALIBRATION',
      `tensor ${name} holds ${nans} NaN among ${count + nans + infinities} values, so it has no range: ` +
        'check the model in FP32 and the preprocessing of the samples',
    );
  }
  if (count === 0n) {
    throw new CalibrtError(
      'ERR_CALIBRATION',
      `tensor ${name} holds no finite value (${infinities} infinite), so it has no range: ` +
        'it was not computed for any sample, or it overflows; leave its node out of quantization',
    );
  }
}
