import type { NativeStatistics } from '../lib/native.js';

/** The dynamic range of a tensor, min ≤ 0 ≤ max: what quantization must represent; values outside are clipped. */
export interface DynamicRange {
  readonly min: number;
  readonly max: number;
}

/** A method that turns stored statistics into ranges. One pass over the samples serves them all. */
export interface Calibrator {
  /** The name that the command line and tables use. */
  readonly name: string;
  /** The method with its parameters, as tables record it: `percentile(99.99)`. */
  readonly label: string;
  /**
   * A symmetric range, min = -max, for each tensor, in order, searched off the JS thread: for signed integers without a zero point.
   * A tensor of zeros gets `{ min: 0, max: 0 }`.
   *
   * @param names - what error messages call the tensors; their position by default
   * @throws CalibrtError `ERR_CALIBRATION` where a tensor's statistics allow no range: NaN, or no finite value.
   */
  ranges(statistics: readonly NativeStatistics[], names?: readonly string[]): Promise<DynamicRange[]>;
  /**
   * The same for integers with a zero point, as UINT8: a range that contains 0 and lies inside what was observed (and 0). Scale
   * (max - min) / 255 and zero point round(-min / scale) are the caller's to compute.
   */
  asymmetricRanges(statistics: readonly NativeStatistics[], names?: readonly string[]): Promise<DynamicRange[]>;
}

/** Parameters of the methods; each reads those that it has. */
export interface CalibratorOptions {
  /** `percentile`: share of the values, in per cent, that the range keeps; above 0, up to 100. Default 99.99. */
  readonly percentile?: number;
  /** `mse`, `entropy`, `kld`: width of the integers that the range is for, 2 to 8. Default 8. */
  readonly bits?: number;
  /**
   * `kld`: the threshold of i bins. `notes` (the default): (i + 0.5)·amax/2048 on 2,048 bins over [0, amax]. `source`, as tpu-mlir's
   * code has it: i·amax/2047 on 2,048 bins around the multiples of that width.
   */
  readonly kldVariant?: 'notes' | 'source';
}
