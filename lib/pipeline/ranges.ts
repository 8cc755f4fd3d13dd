import { createCalibrator, type CalibratorName, type DynamicRange } from '../../calibrators/index.js';
import type { NativeStatistics } from '../native.js';

/** How ranges are searched. */
export interface MethodOptions {
  /** Default `mse`: see the guide for how the methods compare. */
  readonly method?: CalibratorName;
  /** Share in per cent that `percentile` keeps; default 99.99. */
  readonly percentile?: number;
}

/** A range for each tensor, by the method asked for, with the method's label. */
export async function searchRanges(
  statistics: ReadonlyMap<string, NativeStatistics>,
  options: MethodOptions,
): Promise<{ label: string; ranges: ReadonlyMap<string, DynamicRange> }> {
  const { method = 'mse', percentile } = options;
  const calibrator = createCalibrator(method, percentile === undefined ? {} : { percentile });
  const names = [...statistics.keys()];
  const found = await calibrator.ranges([...statistics.values()]);
  return { label: calibrator.label, ranges: new Map(names.map((name, index) => [name, found[index]!])) };
}
