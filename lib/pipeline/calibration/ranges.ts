import {
  createCalibrator,
  type CalibratorName,
  type CalibratorOptions,
  type DynamicRange,
} from '../../../calibrators/index.js';
import type { NativeStatistics } from '../../native.js';

/** How ranges are searched. */
export interface MethodOptions {
  /**
   * Default `mse`, or `percentile` where `percentile` is given; the guide tells how the methods compare. `auto` chooses one per
   * tensor by what it costs the network's outputs, which takes some 60 more runs of the network for each.
   */
  readonly method?: CalibratorName | 'auto';
  /** Share in per cent that `percentile` keeps; default 99.99. */
  readonly percentile?: number;
  /** Which of the two published definitions `kld` follows; default `notes`. */
  readonly kldVariant?: 'notes' | 'source';
  /**
   * Candidates, 2 to 1000, between the method's threshold and the greatest magnitude; of each tensor the one with which the operators
   * that read it come nearest to FP32. Takes as many runs of twice the network on 16 samples. Default: none, the method's threshold.
   */
  readonly tune?: number;
}

/** Whether ranges are symmetric about 0, for INT8 without a zero point, or fitted to both ends, for UINT8 with one. */
export type RangeSymmetry = 'symmetric' | 'asymmetric';

/** What kind of ranges activations get. */
export interface ActivationOptions {
  /** Default: symmetric for TensorRT, which takes nothing else; asymmetric for ONNX Runtime. */
  readonly activations?: RangeSymmetry;
}

/** A range for each tensor, with the label of the method that found it. */
export interface FoundRanges {
  readonly label: string;
  readonly ranges: ReadonlyMap<string, DynamicRange>;
}

/** A range for each tensor by one calibrator, from the statistics alone. */
export async function searchRanges(
  statistics: ReadonlyMap<string, NativeStatistics>,
  method: CalibratorName,
  options: CalibratorOptions,
  symmetry: RangeSymmetry,
): Promise<FoundRanges> {
  const calibrator = createCalibrator(method, options);
  const names = [...statistics.keys()];
  const values = [...statistics.values()];
  const found = await (symmetry === 'symmetric'
    ? calibrator.ranges(values, names)
    : calibrator.asymmetricRanges(values, names));
  return { label: calibrator.label, ranges: new Map(names.map((name, index) => [name, found[index]!])) };
}
