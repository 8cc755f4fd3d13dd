const f = Math.fround;

/** Figures of one metric. */
export interface MetricStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly median: number;
  readonly percentiles: readonly number[];
  readonly cvPercent: number;
}

/** trtexec's figures, in its order of float32 operations. */
export function metricStatistics(values: Float32Array, percentiles: readonly number[]): MetricStatistics {
  const sorted = values.toSorted();
  const n = sorted.length;
  const at = (index: number): number => sorted[index]!;
  const mean = f(sorted.reduce((sum, value) => f(sum + value), 0) / n);
  const half = Math.trunc(n / 2);
  const squares = sorted.reduce((sum, value) => f(sum + f(f(value - mean) * f(value - mean))), 0);
  return {
    min: at(0),
    max: at(n - 1),
    mean,
    median: n % 2 === 1 ? at(half) : f(f(at(half - 1) + at(half)) / 2),
    percentiles: percentiles.map((p) => at(Math.max(n - 1 - Math.trunc(f(f(1 - f(f(p) / 100)) * n)), 0))),
    cvPercent: mean === 0 ? Infinity : f(f(f(Math.sqrt(f(squares / n))) / mean) * 100),
  };
}
