import type { NativeStatistics } from '../lib/native.js';

/** The dynamic range of a tensor: what quantization must represent; values outside are clipped. Symmetric: min = -max. */
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
   * A symmetric range for each tensor, in order, searched off the JS thread.
   *
   * @throws CalibrtError `ERR_CALIBRATION` where a tensor's statistics allow none (no finite value).
   */
  ranges(statistics: readonly NativeStatistics[]): Promise<DynamicRange[]>;
}
