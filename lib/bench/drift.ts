/**
 * By how many per cent the rounds became slower (or, negative, faster) from the first to the last: the median of the slopes between all
 * pairs of rounds (Theil and Sen), which single disturbed rounds do not move.
 *
 * @param medians - Median time of each round, in order; rounds without queries are NaN.
 * @returns 0 for fewer than two rounds.
 */
export function driftPercent(medians: readonly number[]): number {
  const points = medians.map((time, round) => ({ time, round })).filter(({ time }) => Number.isFinite(time));
  if (points.length < 2) return 0;
  const slopes = points.flatMap((a, index) =>
    points.slice(index + 1).map((b) => (b.time - a.time) / (b.round - a.round)),
  );
  const typical = middle(points.map(({ time }) => time));
  return typical === 0 ? 0 : ((middle(slopes) * (medians.length - 1)) / typical) * 100;
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
