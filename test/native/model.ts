/** What native/core/histogram.h defines, in the plainest TypeScript: the reference that the native histogram is tested against. */
export interface ModelHistogram {
  readonly count: bigint;
  readonly zeros: bigint;
  readonly nans: bigint;
  readonly infinities: bigint;
  readonly min: number;
  readonly max: number;
  readonly binWidth: number;
  readonly positive: SparseCounts;
  readonly negative: SparseCounts;
}

/** The non-empty bins with their counts. */
export type SparseCounts = readonly (readonly [bin: number, count: bigint])[];

const bins = 65536;

/** The histogram of all values at once, on the grid that the largest of them asks for. */
export function modelHistogram(data: Float32Array): ModelHistogram {
  const finite = [...data].filter(Number.isFinite);
  const amax = Math.max(0, ...finite.map(Math.abs));
  let binWidth = 2 ** -126;
  while (amax >= bins * binWidth) binWidth *= 2;
  const positive = new BigInt64Array(bins);
  const negative = new BigInt64Array(bins);
  for (const value of finite) {
    const bin = Math.floor(Math.abs(value) / binWidth);
    if (value > 0) positive[bin]!++;
    if (value < 0) negative[bin]!++;
  }
  return {
    count: BigInt(finite.length),
    zeros: BigInt(finite.filter((value) => value === 0).length),
    nans: BigInt(data.filter(Number.isNaN).length),
    infinities: BigInt(data.filter((value) => Math.abs(value) === Infinity).length),
    min: finite.length > 0 ? Math.min(...finite) + 0 : 0,
    max: finite.length > 0 ? Math.max(...finite) + 0 : 0,
    binWidth: amax > 0 ? binWidth : 0,
    positive: sparse(positive),
    negative: sparse(negative),
  };
}

/** The non-empty bins of `counts`. */
export function sparse(counts: BigInt64Array): SparseCounts {
  return [...counts.entries()].filter(([, count]) => count !== 0n);
}

/** The non-empty bins of both signs together. */
export function bothSigns({ positive, negative }: ModelHistogram): SparseCounts {
  const sum = new Map(positive);
  for (const [bin, count] of negative) sum.set(bin, (sum.get(bin) ?? 0n) + count);
  return [...sum].sort(([a], [b]) => a - b);
}
