import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultHoldout, selectSamples } from '#lib/data/index.js';
import { randomBelow, seededRandom, shuffledIndices, xoshiro128starstar } from '#lib/data/random.js';

describe('xoshiro128**', () => {
  it("gives the reference implementation's numbers", () => {
    // From state 1, 2, 3, 4, as prng.di.unimi.it's xoshiro128starstar.c.
    const random = xoshiro128starstar([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, random)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('draws numbers below a bound evenly', () => {
    const random = seededRandom(1);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[randomBelow(random, 6)]!++;
    // Five standard deviations of a binomial.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(460);
  });
});

describe('shuffle', () => {
  it('is a permutation, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(), (size, seed) => {
        const order = shuffledIndices(size, seededRandom(seed));
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, index) => index));
        expect(shuffledIndices(size, seededRandom(seed))).toEqual(order);
      }),
    );
  });

  it('stays what it is from version to version', () => {
    expect(shuffledIndices(10, seededRandom(0))).toEqual([3, 6, 1, 5, 0, 4, 2, 9, 7, 8]);
    expect(shuffledIndices(10, seededRandom(1))).toEqual([4, 1, 5, 6, 3, 0, 9, 7, 2, 8]);
  });
});

describe('selection', () => {
  it('draws without repeating, within the limit, the holdout apart', () => {
    const sizes = fc.record({ size: fc.nat(400), limit: fc.integer({ min: 1, max: 400 }), seed: fc.nat(99) });
    fc.assert(
      fc.property(sizes, ({ size, limit, seed }) => {
        const { calibration, holdout } = selectSamples(size, { limit, seed });
        const drawn = [...calibration, ...holdout];
        expect(drawn).toHaveLength(Math.min(limit, size));
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(drawn.every((index) => index >= 0 && index < size)).toBe(true);
        expect(holdout).toHaveLength(defaultHoldout(drawn.length));
      }),
    );
  });

  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [5, 1],
    [14, 3],
    [100, 20],
    [500, 64],
  ])('keeps of %d samples %d out', (drawn, expected) => {
    expect(defaultHoldout(drawn)).toBe(expected);
  });

  it('takes 500 samples and never just the first', () => {
    const { calibration, holdout } = selectSamples(2000);
    expect(calibration.length + holdout.length).toBe(500);
    expect(Math.max(...calibration)).toBeGreaterThan(1500);
  });

  it('draws other samples with another seed', () => {
    expect(selectSamples(100, { seed: 1 })).not.toEqual(selectSamples(100, { seed: 2 }));
  });

  it.each([
    [{ limit: 0 }, /--limit must be a whole number from 1/],
    [{ limit: 1.5 }, /--limit/],
    [{ seed: -1 }, /--seed/],
    [{ seed: 2 ** 32 }, /--seed/],
    [{ holdout: -1 }, /--holdout/],
    [{ holdout: 10 }, /a holdout of 10 leaves none of 10 samples/],
  ])('refuses %j', (options, message) => {
    expect(() => selectSamples(10, options)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }) as Error);
    expect(() => selectSamples(10, options)).toThrow(message);
  });
});
