/** 97.5 % quantiles of Student's t distribution, for 1, 2, 3, … degrees of freedom. */
const quantiles = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];

const NORMAL_QUANTILE = 1.959964;

/**
 * The share of bootstrap results to leave out at each end for a 95 % percentile interval from `n` observations. It is less than 2.5 %:
 * of few observations, percentile intervals are too narrow by √((n - 1)/n) and by what t is wider than the normal distribution
 * (the expanded percentile interval of T. Hesterberg, "What Teachers Should Know About the Bootstrap", The American Statistician
 * 69(4), 2015).
 */
export function expandedTail(n: number): number {
  return normalBelow(-Math.sqrt(n / (n - 1)) * studentQuantile(n - 1));
}

/** Beyond the table by the first terms of Cornish and Fisher's expansion, right to four digits there. */
function studentQuantile(degrees: number): number {
  const z = NORMAL_QUANTILE;
  return (
    quantiles[degrees - 1] ??
    z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2)
  );
}

/** The normal distribution function below 0, to 1.5e-7: Abramowitz and Stegun, 7.1.26. */
function normalBelow(z: number): number {
  const x = -z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return (series * Math.exp(-x * x)) / 2;
}
