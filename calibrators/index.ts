import { CalibrtError } from '../lib/errors.js';
import { entropy } from './entropy.js';
import { kld } from './kld.js';
import { minmax } from './minmax.js';
import { mse } from './mse.js';
import { percentile } from './percentile.js';
import type { Calibrator, CalibratorOptions } from './types.js';

export type { Calibrator, CalibratorOptions, DynamicRange } from './types.js';

const factories = { mse, entropy, minmax, percentile, kld } satisfies Record<
  string,
  (options?: CalibratorOptions) => Calibrator
>;

/** A method that {@link createCalibrator} knows. */
export type CalibratorName = keyof typeof factories;

/** Every method's name. */
export const calibratorNames = Object.keys(factories) as readonly CalibratorName[];

/**
 * The calibrator of this name.
 *
 * @throws CalibrtError `ERR_USAGE` for an unknown name or an option out of its limits.
 */
export function createCalibrator(name: string, options: CalibratorOptions = {}): Calibrator {
  if (!Object.hasOwn(factories, name)) {
    throw new CalibrtError('ERR_USAGE', `unknown calibration method '${name}': expected ${calibratorNames.join(', ')}`);
  }
  return factories[name as CalibratorName](options);
}
export { checkCandidates, tuningCandidates, widestBest } from './tuned.js';
