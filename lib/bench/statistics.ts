const f = Math.fround;

/** Figures of one metric, in the unit of its values. */
export interface MetricStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly median: number;
  /** In the order in which they were asked for. */
  readonly percentiles: readonly number[];
  /** Coefficient of variation of the population, in per cent; infinite where the mean is 0. */
  readonly cvPercent: number;
}

/**
 * The figures of one metric as trtexec computes them: all arithmetic in float32 and in ascending order, percentiles by rank and never
 * interpolated. In double precision the 99th percentile of 100 values is another one.
 *
 * @param values - At least one.
 * @param percentiles - Each from 0 to 100.
 */
export function metricStatistics(values: Float32Array, percentiles: readonly number[] = []): MetricStatistics {
  const sorted = Float32Array.from(values).sort();
  const n = sorted.length;
  const mean = f(sorted.reduce((sum, value) => f(sum + value), 0) / n);
  const squares = sorted.reduce((sum, value) => f(sum + f(f(value - mean) * f(value - mean))), 0);
  return {
    min: sorted[0]!,
    max: sorted[n - 1]!,
    mean,
    median: medianOfSorted(sorted),
    percentiles: percentiles.map((percentile) => sorted[percentileIndex(percentile, n)]!),
    cvPercent: mean === 0 ? Infinity : f(f(f(Math.sqrt(f(squares / n))) / mean) * 100),
  };
}

/** trtexec's rule: how many of `count` sorted values lie above is truncated, all in float32. */
export function percentileIndex(percentile: number, count: number): number {
  const above = Math.trunc(f(f(1 - f(f(percentile) / 100)) * count));
  return Math.max(count - 1 - above, 0);
}

/** The middle value, or the float32 mean of the two in the middle. */
export function medianOfSorted(sorted: Float32Array): number {
  const half = Math.trunc(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : f(f(sorted[half - 1]! + sorted[half]!) / 2);
}
