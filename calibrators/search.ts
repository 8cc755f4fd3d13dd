import { availableParallelism } from 'node:os';
import { CalibrtError } from '../lib/errors.js';
import { native, type NativeStatistics, type ThresholdSearch } from '../lib/native.js';
import type { Calibrator, CalibratorOptions, DynamicRange } from './types.js';

/** The calibrator whose native search this is. */
export function searchingCalibrator(name: string, label: string, search: ThresholdSearch): Calibrator {
  return {
    name,
    label,
    async ranges(statistics, names) {
      requireRanges(statistics, names);
      const thresholds = await native().searchThresholds(statistics, search, availableParallelism());
      return thresholds.map(({ threshold }) => symmetricRange(threshold));
    },
    async asymmetricRanges(statistics, names) {
      requireRanges(statistics, names);
      const ranges = await native().searchAsymmetricRanges(statistics, search, availableParallelism());
      return ranges.map(({ min, max }) => ({ min, max }));
    },
  };
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

/** A method's label: its name, and in parentheses those of its parameters that are no false. */
export function labelWith(name: string, ...parameters: readonly (string | false)[]): string {
  const given = parameters.filter((parameter) => parameter !== false);
  return given.length === 0 ? name : `${name}(${given.join(', ')})`;
}

function requireRanges(statistics: readonly NativeStatistics[], names: readonly string[] | undefined): void {
  statistics.forEach((each, index) => requireRange(each, names?.[index] ?? `number ${index}`));
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
