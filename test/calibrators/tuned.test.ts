import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCandidates, tuningCandidates, widestBest } from '#calibrators/index.js';

const width = ({ min, max }: { min: number; max: number }): number => max - min;
const range = fc.record({
  min: fc.double({ min: -9, max: -1, noNaN: true }),
  max: fc.double({ min: 1, max: 9, noNaN: true }),
});

describe('checkCandidates', () => {
  it.each([2, 20, 1000])('takes %d', (count) => {
    expect(() => checkCandidates(count)).not.toThrow();
  });

  it.each([0, 1, -3, 2.5, 1001, NaN, Infinity])('refuses %d', (count) => {
    expect(() => checkCandidates(count)).toThrow(
      expect.objectContaining({
        code: 'ERR_USAGE',
        message: `--tune must be a whole number from 2 to 1000, not ${count}`,
      }),
    );
  });
});

describe('tuningCandidates', () => {
  it('go from the method’s range to all that was observed, in equal steps', () => {
    expect(tuningCandidates({ min: -2, max: 2 }, { min: -8, max: 8 }, 4)).toEqual(
      [2, 4, 6, 8].map((amax) => ({ min: -amax, max: amax })),
    );
    expect(tuningCandidates({ min: -1, max: 4 }, { min: -3, max: 4 }, 3)).toEqual(
      [1, 2, 3].map((below) => ({ min: -below, max: 4 })),
    );
  });

  it('are the method’s alone where it clips nothing', () => {
    expect(tuningCandidates({ min: -4, max: 4 }, { min: -3, max: 4 }, 20)).toEqual([{ min: -4, max: 4 }]);
  });

  it('never narrow, and hold all that was observed in the end', () => {
    fc.assert(
      fc.property(range, range, fc.integer({ min: 2, max: 50 }), (method, observed, count) => {
        const found = tuningCandidates(method, observed, count);
        expect(found[0]).toEqual(method);
        found.slice(1).forEach((each, i) => expect(width(each)).toBeGreaterThanOrEqual(width(found[i]!) - 1e-12));
        expect(found.at(-1)!.min).toBeLessThanOrEqual(observed.min + 1e-12);
        expect(found.at(-1)!.max).toBeGreaterThanOrEqual(observed.max - 1e-12);
      }),
    );
  });
});

describe('widestBest', () => {
  const candidates = tuningCandidates({ min: -1, max: 1 }, { min: -8, max: 8 }, 8);

  it('is the method’s range where no operator tells', () => {
    expect(widestBest(candidates, [])).toBe(candidates[0]);
  });

  it('is the narrower of two that cost the same', () => {
    expect(widestBest(candidates, [[5, 3, 3, 4, 4, 4, 4, 4]])).toBe(candidates[1]);
  });

  const costs = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 8, maxLength: 8 });

  it('is the widest of what the operators would choose alone', () => {
    fc.assert(
      fc.property(fc.array(costs, { minLength: 1, maxLength: 6 }), (branches) => {
        const alone = branches.map((branch) => {
          const least = Math.min(...branch);
          return width(candidates[branch.indexOf(least)]!);
        });
        expect(width(widestBest(candidates, branches))).toBe(Math.max(...alone));
      }),
    );
  });

  it('does not depend on the order of the operators, and one more never makes it narrower', () => {
    fc.assert(
      fc.property(fc.array(costs, { minLength: 1, maxLength: 6 }), costs, (branches, other) => {
        const found = widestBest(candidates, branches);
        expect(widestBest(candidates, [...branches].reverse())).toBe(found);
        expect(width(widestBest(candidates, [...branches, other]))).toBeGreaterThanOrEqual(width(found));
      }),
    );
  });
});
