import { CalibrtError } from '../lib/errors.js';
import { bitsOption, labelWith, searchingCalibrator } from './search.js';
import type { Calibrator, CalibratorOptions } from './types.js';

/**
 * tpu-mlir's `run_calibration`: the Kullback-Leibler divergence of the quantized from the clipped distribution of |x|, zeros dropped,
 * on 2,048 bins, for the 16 thresholds at i = 128, 256, …, 2048 bins (the multiples of 2^(bits-1)); the first minimum wins. With so
 * few candidates it is coarser than {@link entropy}, and clips less hard.
 *
 * The two statements of it differ in what i bins mean, see {@link CalibratorOptions.kldVariant}; in both the threshold is at most amax.
 *
 * Asymmetric ranges are made as those of {@link entropy}.
 */
export function kld(options: CalibratorOptions = {}): Calibrator {
  const bits = bitsOption(options);
  const { kldVariant: variant = 'notes' } = options;
  // Also what a caller without types can pass.
  if (!['notes', 'source'].includes(variant)) {
    throw new CalibrtError('ERR_USAGE', `kldVariant: expected notes or source, got ${variant}`);
  }
  const label = labelWith('kld', variant === 'source' && 'source', bits !== 8 && `bits=${bits}`);
  return searchingCalibrator('kld', label, { method: 'kld', bits, variant });
}
