import type { QueryTimes } from './query-times.js';
import { metricStatistics } from './statistics.js';

/** Percentiles that are reported where no others are asked for. */
export const DEFAULT_PERCENTILES: readonly number[] = [90, 95, 99];

/** One metric's figures in ms; a percentile `P` is under `pP`. All are trtexec's. */
export interface Figures {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly median: number;
  /** Coefficient of variation in per cent. */
  readonly cvPercent: number;
  readonly [percentile: `p${number}`]: number;
}

/** The figures of some times. */
export function figuresOf(values: Float32Array, percentiles: readonly number[]): Figures {
  const { min, max, mean, median, percentiles: ranks, cvPercent } = metricStatistics(values, percentiles);
  const named = percentiles.map((percentile, index): [string, number] => [`p${percentile}`, ranks[index]!]);
  return { min, max, mean, median, ...Object.fromEntries(named), cvPercent };
}

/** What a run on a GPU is reported by: the whole of a query, and its parts. */
export interface GpuFigures {
  readonly latencyMs: Figures;
  readonly gpuComputeMs: Figures;
  readonly enqueueMs: Figures;
  readonly h2dMs: Figures;
  readonly d2hMs: Figures;
}

/** The figures of a run on a GPU that has at least one query. */
export function gpuFigures(times: QueryTimes, percentiles: readonly number[]): GpuFigures {
  const of = (values: Float32Array): Figures => figuresOf(values, percentiles);
  return {
    latencyMs: of(times.latency),
    gpuComputeMs: of(times.compute),
    enqueueMs: of(times.enqueue),
    h2dMs: of(times.h2d),
    d2hMs: of(times.d2h),
  };
}
