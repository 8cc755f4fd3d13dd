import { breathe } from '../../breathe.js';
import type { NativeStatistics } from '../../native.js';
import type { Verdict } from './verdict.js';

/** A share of values at one end that only a clip in the network itself makes. */
const SATURATED_SHARE = 0.01;

/** Bins of |x| over [0, amax] that are looked at: shapes, not values, are what counts here. */
const BINS = 1024;

/** amax over the value that 99.9 % of all stay below, from which on the largest values are outliers. */
const OUTLIER_RATIO = 20;

/**
 * What the statistics of the activations show: dead, constant, saturated and one-sided tensors, and those whose largest values lie far
 * out. NaN and infinities are no verdict: they end the calibration.
 */
export async function tensorVerdicts(statistics: ReadonlyMap<string, NativeStatistics>): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [name, entry] of statistics) {
    const verdict = judge(name, entry);
    if (verdict !== undefined) verdicts.push(verdict);
    await breathe();
  }
  return verdicts;
}

function judge(name: string, entry: NativeStatistics): Verdict | undefined {
  const { count, zeros, min, max, amax } = entry.summary();
  const say = (code: Verdict['code'], level: Verdict['level'], message: string): Verdict => {
    return { level, code, subject: name, message };
  };
  if (amax === 0) {
    return say(
      'dead-tensor',
      'warning',
      'is zero on every sample: a dead part of the network, or samples that never reach it',
    );
  }
  if (min === max) {
    return say('constant-tensor', 'warning', `is ${format(min)} on every sample: it carries no information here`);
  }
  const bins = entry.rebin(BINS);
  const saturated = shareAtEnd(bins, Number(count));
  if (saturated >= SATURATED_SHARE) {
    const end = format(amax);
    return say(
      'saturated-tensor',
      'note',
      `has ${percent(saturated)} of its values at ${end}, its greatest: the network clips it there`,
    );
  }
  const bulk = (quantileBin(bins, 0.999) * amax) / BINS;
  if (bulk > 0 && amax > bulk * OUTLIER_RATIO) {
    const ratio = (amax / bulk).toFixed(0);
    return say(
      'outlier-tensor',
      'warning',
      `reaches ${format(amax)} while 99.9 % of its values stay below ${format(bulk)} (${ratio} times less): a range that keeps the ` +
        'largest leaves few steps for the rest; compare methods, or leave it in higher precision',
    );
  }
  if (min >= 0 || max <= 0) {
    const share = Number(zeros) / Number(count);
    return say(
      'one-sided-tensor',
      'note',
      `is never ${min >= 0 ? 'negative' : 'positive'} (${percent(share)} zeros): symmetric INT8 leaves half of its steps unused`,
    );
  }
  return undefined;
}

/** The share of all values in the last bin where it towers over those before it; else 0. */
function shareAtEnd(bins: Float64Array, count: number): number {
  const last = bins.at(-1)!;
  const before = Math.max(...bins.subarray(-9, -1));
  return last > 10 * before ? last / count : 0;
}

/** The end of the bin below which this share of the non-zero values lies. */
function quantileBin(bins: Float64Array, share: number): number {
  const wanted = bins.reduce((sum, value) => sum + value, 0) * share;
  let below = 0;
  return bins.findIndex((value) => (below += value) >= wanted) + 1;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function format(value: number): string {
  return String(Number(value.toPrecision(4)));
}
