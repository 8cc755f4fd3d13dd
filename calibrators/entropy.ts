import { bitsOption, labelWith, searchingCalibrator } from './search.js';
import type { Calibrator, CalibratorOptions } from './types.js';

/** The grid and the candidates of NVIDIA's published method: 128, 129, …, 2048 bins of the 2,048 over [0, amax]. */
const published = { bins: 2048, start: 128, stride: 1 } as const;

/**
 * NVIDIA's published entropy calibration (GTC 2017, S7310; pytorch-quantization and ModelOpt implement it): the threshold with the
 * least Kullback-Leibler divergence of the quantized from the clipped distribution of |x|. Zeros do not count: the first bin is
 * replaced by the second.
 *
 * It clips rare large values hard: on networks that live on them (detectors), prefer {@link mse}.
 *
 * Asymmetric: a tensor of one sign is searched with all 2^bits levels, as NVIDIA's for unsigned integers, and ranges from 0 to T
 * (or -T to 0). The divergence says nothing of two ends: a tensor of both signs gets -T to T, cut to what was observed.
 */
export function entropy(options: CalibratorOptions = {}): Calibrator {
  const bits = bitsOption(options);
  return searchingCalibrator('entropy', labelWith('entropy', bits !== 8 && `bits=${bits}`), {
    method: 'entropy',
    bits,
    ...published,
  });
}
