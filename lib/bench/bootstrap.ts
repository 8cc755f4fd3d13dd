import { randomBelow, seededRandom, type RandomSource } from '../data/random.js';
import { expandedTail } from './student.js';

/** Lower and upper end of a 95 % confidence interval. */
export type Interval = readonly [low: number, high: number];

/** Fewer rounds tell nothing of how they vary. */
export const LEAST_ROUNDS = 3;

const RESAMPLES = 2000;
const SEED = 1;

/**
 * 95 % confidence interval of the median over all queries. Rounds are what is drawn, with replacement, and not queries: each round has a
 * session of its own, sessions differ among themselves, and the queries of one are not independent of each other.
 *
 * @param rounds - The times of the queries of each round; rounds without any do not count.
 * @returns `undefined` for fewer than {@link LEAST_ROUNDS} rounds.
 */
export function medianInterval(rounds: readonly Float32Array[]): Interval | undefined {
  const pool = new Pool(rounds);
  return interval(pool.rounds, (drawn) => pool.median(drawn));
}

/**
 * 95 % confidence interval of how many times the median of `other` is that of `reference`.
 *
 * @param paired - Whether round i of both ran one after the other: they are then drawn together, so that what slowed both down cancels.
 */
export function ratioInterval(
  reference: readonly Float32Array[],
  other: readonly Float32Array[],
  paired: boolean,
): Interval | undefined {
  const [below, above] = [new Pool(reference), new Pool(other)];
  if (paired && below.rounds === above.rounds) {
    return interval(below.rounds, (drawn) => above.median(drawn) / below.median(drawn));
  }
  const random = seededRandom(SEED + 1);
  const draw = drawer(random, below.rounds);
  const least = Math.min(below.rounds, above.rounds);
  return interval(above.rounds, (drawn) => above.median(drawn) / below.median(draw()), least);
}

function interval(rounds: number, statistic: (drawn: Uint32Array) => number, n = rounds): Interval | undefined {
  if (n < LEAST_ROUNDS) return undefined;
  const draw = drawer(seededRandom(SEED), rounds);
  const results = Float64Array.from({ length: RESAMPLES }, () => statistic(draw())).sort();
  const out = Math.floor(expandedTail(n) * RESAMPLES);
  return [results[out]!, results[RESAMPLES - 1 - out]!];
}

/** How often each round is drawn. */
function drawer(random: RandomSource, rounds: number): () => Uint32Array {
  const times = new Uint32Array(rounds);
  return () => {
    times.fill(0);
    for (let i = 0; i < rounds; i++) times[randomBelow(random, rounds)]!++;
    return times;
  };
}

/** The queries of all rounds in order of time, so that a median of drawn rounds takes no sorting. */
class Pool {
  readonly rounds: number;
  readonly #times: Float32Array;
  readonly #round: Uint32Array;
  readonly #counts: readonly number[];

  constructor(all: readonly Float32Array[]) {
    const rounds = all.filter(({ length }) => length > 0);
    this.rounds = rounds.length;
    this.#counts = rounds.map(({ length }) => length);
    const times = rounds.flatMap((round) => [...round]);
    const owner = rounds.flatMap((round, index) => Array<number>(round.length).fill(index));
    const order = Uint32Array.from(times.keys()).sort((a, b) => times[a]! - times[b]!);
    this.#times = Float32Array.from(order, (index) => times[index]!);
    this.#round = Uint32Array.from(order, (index) => owner[index]!);
  }

  /** Median of the queries of the rounds, each taken as often as it was drawn. */
  median(drawn: Uint32Array): number {
    const count = this.#counts.reduce((sum, queries, round) => sum + queries * drawn[round]!, 0);
    let seen = 0;
    let lower: number | undefined;
    for (let i = 0; ; i++) {
      seen += drawn[this.#round[i]!]!;
      if (seen * 2 < count) continue;
      const time = this.#times[i]!;
      // Of an even number, the two in the middle.
      if (seen * 2 > count) return lower === undefined ? time : (lower + time) / 2;
      lower ??= time;
    }
  }
}
