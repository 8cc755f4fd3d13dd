import { ratioInterval, type Interval } from './bootstrap.js';
import { medianOfSorted } from './statistics.js';

/** Two medians that differ by less are as good as equal. */
export const EQUIVALENCE_PERCENT = 3;

/**
 * What can be said of two timed models at a confidence of 95 %:
 *
 * - `equivalent`: the medians differ by less than 3 %, also where they differ for certain.
 * - `faster`, `slower`: the median is below, or above, for certain.
 * - `undecided`: the measurement does not tell; more rounds, or a quieter machine, may.
 */
export type Significance = 'equivalent' | 'faster' | 'slower' | 'undecided';

/** One model's latency against that of a reference. */
export interface Comparison {
  /** Label of the reference. */
  readonly reference: string;
  /** Median latency of this model divided by that of the reference: below 1 is faster. */
  readonly ratio: number;
  /** 95 % confidence interval of `ratio`, by a bootstrap over rounds; null where there are fewer than three. */
  readonly ratioCi95: Interval | null;
  readonly significance: Significance;
}

/** The times of the queries of each round, with the name of what was timed. */
export interface TimedRounds {
  readonly label: string;
  readonly rounds: readonly Float32Array[];
}

/**
 * Compares the medians of two sets of rounds.
 *
 * @param paired - Whether they ran in turns, round by round.
 */
export function compareRounds(reference: TimedRounds, other: TimedRounds, paired: boolean): Comparison {
  const ratio = pooledMedian(other.rounds) / pooledMedian(reference.rounds);
  const interval = ratioInterval(reference.rounds, other.rounds, paired);
  return {
    reference: reference.label,
    ratio,
    ratioCi95: interval ?? null,
    significance: interval === undefined ? 'undecided' : significanceOf(interval),
  };
}

/** The median of the queries of all rounds. */
export function pooledMedian(rounds: readonly Float32Array[]): number {
  return medianOfSorted(Float32Array.from(rounds.flatMap((round) => [...round])).sort());
}

function significanceOf([low, high]: Interval): Significance {
  const margin = EQUIVALENCE_PERCENT / 100;
  if (low >= 1 - margin && high <= 1 + margin) return 'equivalent';
  if (high < 1) return 'faster';
  return low > 1 ? 'slower' : 'undecided';
}
