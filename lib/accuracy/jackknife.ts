/**
 * The standard error of a figure of pooled sums, by the delete-one jackknife (Efron and Stein, 1981): how far it moves when each
 * sample in turn is left out.
 *
 * @param rows - Each sample's part of every sum.
 * @param figure - The figure that the sums give.
 * @returns 0 for fewer than two samples, and where the figure is infinite.
 */
export function jackknifeError(
  rows: readonly (readonly number[])[],
  figure: (sums: readonly number[]) => number,
): number {
  const count = rows.length;
  if (count < 2) return 0;
  const sums = total(rows);
  const without = rows.map((row) => figure(sums.map((sum, index) => sum - row[index]!)));
  const mean = without.reduce((sum, value) => sum + value, 0) / count;
  const variance = without.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(((count - 1) / count) * variance);
  return Number.isFinite(error) ? error : 0;
}

/** The sums over all samples. */
export function total(rows: readonly (readonly number[])[]): number[] {
  const [first = []] = rows;
  return first.map((_, index) => rows.reduce((sum, row) => sum + row[index]!, 0));
}
