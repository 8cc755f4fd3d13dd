import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianInterval, ratioInterval } from '#lib/bench/bootstrap.js';
import { compareRounds, pooledMedian } from '#lib/bench/comparison.js';
import { driftPercent } from '#lib/bench/drift.js';
import { judgeSteadiness } from '#lib/bench/steadiness.js';
import { seededRandom, type RandomSource } from '#lib/data/random.js';

/** Rounds as they come: each session has a speed of its own, each query a little delay, and some a long one. */
function rounds(random: RandomSource, count: number, typical: number, spread: number): Float32Array[] {
  return Array.from({ length: count }, () => {
    const own = typical * (1 + spread * normal(random));
    return Float32Array.from(
      { length: 20 },
      () => own * (1 + 0.02 * uniform(random) + (uniform(random) < 0.05 ? 1 : 0)),
    );
  });
}

function uniform(random: RandomSource): number {
  return random() / 2 ** 32;
}

function normal(random: RandomSource): number {
  return Math.sqrt(-2 * Math.log(1 - uniform(random))) * Math.cos(2 * Math.PI * uniform(random));
}

describe('the interval of the median', () => {
  it('holds the median, whatever the times', () => {
    const times = fc.array(fc.float({ min: Math.fround(0.01), max: 100, noNaN: true }), {
      minLength: 1,
      maxLength: 20,
    });
    const property = fc.property(fc.array(times, { minLength: 3, maxLength: 12 }), (values) => {
      const all = values.map((round) => Float32Array.from(round));
      const [low, high] = medianInterval(all)!;
      const [least, greatest] = [Math.min(...values.flat()), Math.max(...values.flat())].map(Math.fround);
      expect(low).toBeLessThanOrEqual(high);
      expect(low).toBeGreaterThanOrEqual(least!);
      expect(high).toBeLessThanOrEqual(greatest!);
    });
    fc.assert(property, { numRuns: 30 });
  });

  it('covers the true median about as often as it says, of ten rounds whose sessions differ', () => {
    const random = seededRandom(3);
    const trials = 120;
    // Of the shape above: the median query is 1.011 times its session's speed, the sessions are symmetric about 1.
    const truth = pooledMedian(rounds(seededRandom(4), 4000, 10, 0.02));
    const covered = Array.from({ length: trials }, () => medianInterval(rounds(random, 10, 10, 0.02))!).filter(
      ([low, high]) => low <= truth && truth <= high,
    ).length;
    expect(covered / trials).toBeGreaterThan(0.9);
    expect(covered / trials).toBeLessThan(1);
  });

  it('is told of three rounds and more, and the same each time', () => {
    const all = rounds(seededRandom(1), 6, 3, 0.01);
    expect(medianInterval(all.slice(0, 2))).toBeUndefined();
    expect(medianInterval([...all.slice(0, 2), new Float32Array()])).toBeUndefined();
    expect(medianInterval(all)).toEqual(medianInterval(all));
  });
});

describe('the comparison', () => {
  const named = (label: string, all: readonly Float32Array[]) => ({ label, rounds: all });

  it('finds no difference between a model and itself, of sessions that differ by 1 to 3 %', () => {
    const random = seededRandom(7);
    const verdicts = Array.from({ length: 60 }, () => {
      const [a, b] = [rounds(random, 10, 5, 0.015), rounds(random, 10, 5, 0.015)];
      return compareRounds(named('a', a), named('b', b), true).significance;
    });
    const count = (verdict: string): number => verdicts.filter((each) => each === verdict).length;
    expect(count('equivalent')).toBeGreaterThan(30);
    expect(count('faster') + count('slower')).toBeLessThan(3);
  });

  it('finds a difference of 20 %, and says which way', () => {
    const random = seededRandom(8);
    const [slow, fast] = [rounds(random, 10, 6, 0.01), rounds(random, 10, 5, 0.01)];
    const comparison = compareRounds(named('slow', slow), named('fast', fast), true);
    expect(comparison).toMatchObject({ reference: 'slow', significance: 'faster' });
    expect(comparison.ratio).toBeCloseTo(5 / 6, 1);
    expect(compareRounds(named('fast', fast), named('slow', slow), false).significance).toBe('slower');
  });

  it('decides nothing on a noisy machine, nor of two rounds', () => {
    const random = seededRandom(9);
    const [a, b] = [rounds(random, 6, 5, 0.3), rounds(random, 6, 5, 0.3)];
    expect(compareRounds(named('a', a), named('b', b), true).significance).toBe('undecided');
    const few = compareRounds(named('a', a.slice(0, 2)), named('b', b.slice(0, 2)), true);
    expect(few).toMatchObject({ ratioCi95: null, significance: 'undecided' });
  });

  it('is not misled by what slows both down, if they take turns', () => {
    const random = seededRandom(10);
    const weather = Array.from({ length: 10 }, () => 1 + uniform(random));
    const under = (typical: number): Float32Array[] =>
      rounds(random, 10, typical, 0.003).map((round, index) => round.map((time) => time * weather[index]!));
    const [a, b] = [under(5), under(5)];
    const width = ([low, high]: readonly [number, number]): number => high - low;
    expect(width(ratioInterval(a, b, true)!)).toBeLessThan(width(ratioInterval(a, b, false)!) / 2);
  });
});

describe('drift', () => {
  it('is the change from the first round to the last, one disturbed round aside', () => {
    expect(driftPercent([10, 10.1, 10.2, 30, 10.4])).toBeCloseTo((0.4 / 10.2) * 100, 1);
    expect(driftPercent([5, 5, 5])).toBe(0);
    expect(driftPercent([5])).toBe(0);
  });
});

describe('the verdict', () => {
  const calm = { medianMs: 10, medianCi95Ms: [9.9, 10.1] as const, driftPercent: 0.5, otherLoadPercent: 2 };

  it('has nothing to say of a quiet run', () => {
    expect(judgeSteadiness(calm)).toEqual({ steady: true, remarks: [] });
  });

  it('says what disturbed a run', () => {
    const { steady, remarks } = judgeSteadiness({
      medianMs: 10,
      medianCi95Ms: [9, 11],
      driftPercent: -8,
      otherLoadPercent: 35,
    });
    expect(steady).toBe(false);
    expect(remarks.join('\n')).toMatch(/known to ±10.0 % only[^]*other processes took 35 %[^]*8.0 % faster/);
  });

  it('does not vouch for too few rounds', () => {
    expect(judgeSteadiness({ ...calm, medianCi95Ms: undefined })).toMatchObject({ steady: false });
  });
});
