import type { IterableSample } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import type { CalibrationTable } from '../../tables/index.js';

/** One or more samples at a time, side by side on axis 0; see `IterableSample`. Regrouped to the size of a batch where need be. */
export type CalibrationSamples = Iterable<IterableSample> | AsyncIterable<IterableSample>;

/** Samples, or what begins them anew for each build. */
export type CalibrationLoader = CalibrationSamples | (() => CalibrationSamples);

/** How a native calibrator gets its samples and keeps its scales. */
export interface NativeCalibratorOptions {
  /**
   * File of a TensorRT calibration cache. Where it is there and fits, it is used and no sample is asked for; otherwise it is written. A
   * header of another TensorRT version is rewritten to the running one's.
   */
  readonly cache?: string;
  /** Use a cache of another algorithm too: its header is rewritten. Default: it is calibrated anew, with a warning. */
  readonly anyAlgorithm?: boolean;
  /**
   * Scales to use in place of a calibration: a table of any format, or its path. So every calibrator of calibrt can drive an implicit
   * build, if the table covers its tensors (`calibrate` to a `.cache` file does).
   */
  readonly table?: string | CalibrationTable;
  /** Samples to take at most; default: all that come. */
  readonly limit?: number;
  /**
   * What becomes of samples that do not fill the last batch: `drop` leaves them out, `pad` repeats them. Both are told by a warning.
   * Default `drop`.
   */
  readonly lastBatch?: 'drop' | 'pad';
}

/** Options of {@link PercentileCalibrator}. */
export interface PercentileCalibratorOptions extends NativeCalibratorOptions {
  /** Share of |x| in per cent that is kept; default 99.99. */
  readonly percentile?: number;
  /** Where TensorRT's search begins after that, 0 to 1; default 1: there is no search, so that the percentile is one. */
  readonly regressionCutoff?: number;
  /** File of TensorRT's histograms, read if it is there, else written: other percentiles then need no samples. */
  readonly histograms?: string;
}

/** A calibrator of TensorRT 10, which feeds on samples while an engine is built. TensorRT 11 and TensorRT-RTX have none. */
export abstract class NativeCalibrator {
  abstract readonly algorithm: 'entropy2' | 'minmax' | 'percentile';
  readonly loader: CalibrationLoader | undefined;
  readonly options: NativeCalibratorOptions;

  /**
   * @param loader - Undefined where a cache or a table holds all scales.
   * @throws CalibrtError `ERR_USAGE` naming an option.
   */
  constructor(loader: CalibrationLoader | undefined, options: NativeCalibratorOptions = {}) {
    const { limit, cache, table } = options;
    if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
      throw new CalibrtError('ERR_USAGE', `limit is ${limit}: expected a whole number of samples above 0`);
    }
    if (loader === undefined && cache === undefined && table === undefined) {
      throw new CalibrtError('ERR_USAGE', 'a calibrator needs samples, a cache or a table: none was given');
    }
    this.loader = loader;
    this.options = options;
  }
}

/** `IInt8EntropyCalibrator2`: thresholds of least KL divergence; NVIDIA's advice for convolutional networks. */
export class EntropyCalibrator2 extends NativeCalibrator {
  readonly algorithm = 'entropy2';
}

/** `IInt8MinMaxCalibrator`: the whole observed range; NVIDIA's advice for language models. */
export class MinMaxCalibrator extends NativeCalibrator {
  readonly algorithm = 'minmax';
}

/** `IInt8LegacyCalibrator` as a percentile of |x|. */
export class PercentileCalibrator extends NativeCalibrator {
  readonly algorithm = 'percentile';
  declare readonly options: PercentileCalibratorOptions;

  constructor(loader: CalibrationLoader | undefined, options: PercentileCalibratorOptions = {}) {
    super(loader, options);
    const { percentile = 99.99, regressionCutoff = 1 } = options;
    if (!(percentile > 0 && percentile <= 100)) {
      throw new CalibrtError('ERR_USAGE', `percentile is ${percentile}: expected a number above 0, at most 100`);
    }
    if (!(regressionCutoff >= 0 && regressionCutoff <= 1)) {
      throw new CalibrtError('ERR_USAGE', `regressionCutoff is ${regressionCutoff}: expected a number from 0 to 1`);
    }
  }
}

/** The class of a calibrator's name, as the command line has it. */
export const nativeCalibrators = {
  entropy2: EntropyCalibrator2,
  minmax: MinMaxCalibrator,
  percentile: PercentileCalibrator,
} as const;
