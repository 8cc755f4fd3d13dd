import { createCalibrator, type CalibratorName, type DynamicRange } from '../../calibrators/index.js';
import type { NativeStatistics } from '../native.js';

/** How ranges are searched. */
export interface MethodOptions {
  /**
   * Default `mse`; the guide tells how the methods compare. `auto` chooses one per tensor by what it costs the network's outputs,
   * which takes a few more runs of the network.
   */
  readonly method?: CalibratorName | 'auto';
  /** Share in per cent that `percentile` keeps; default 99.99. */
  readonly percentile?: number;
}

/** A range for each tensor, with the label of the method that found it. */
export interface FoundRanges {
  readonly label: string;
  readonly ranges: ReadonlyMap<string, DynamicRange>;
}

/** A range for each tensor by one calibrator, from the statistics alone. */
export async function searchRanges(
  statistics: ReadonlyMap<string, NativeStatistics>,
  { method = 'mse', percentile }: { readonly method?: CalibratorName; readonly percentile?: number },
): Promise<FoundRanges> {
  const calibrator = createCalibrator(method, percentile === undefined ? {} : { percentile });
  const names = [...statistics.keys()];
  const found = await calibrator.ranges([...statistics.values()], names);
  return { label: calibrator.label, ranges: new Map(names.map((name, index) => [name, found[index]!])) };
}
