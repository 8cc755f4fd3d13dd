import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argmax, isInTop, MetricsAccumulator } from '#lib/accuracy/metrics.js';

function metrics(reference: number[], candidate: number[], row = reference.length) {
  const accumulator = new MetricsAccumulator();
  accumulator.add(reference, candidate, row);
  return accumulator.result();
}

describe('MetricsAccumulator', () => {
  it('agrees with the definitions on a hand-computed pair', () => {
    const result = metrics([3, 4], [3, 3]);
    expect(result.sqnrDb).toBeCloseTo(10 * Math.log10(25 / 1), 12);
    expect(result.mse).toBe(0.5);
    expect(result.maxAbsError).toBe(1);
    expect(result.cosine).toBeCloseTo(21 / (5 * Math.sqrt(18)), 12);
    expect(result.argmaxAgreement).toBe(0);
  });

  it('calls equal outputs exact', () => {
    expect(metrics([1, -2, 3], [1, -2, 3])).toEqual({
      cosine: 1,
      sqnrDb: Infinity,
      mse: 0,
      maxAbsError: 0,
      argmaxAgreement: 1,
    });
  });

  it('pools: two batches are as one', () => {
    const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    const rows = fc.array(fc.tuple(value, value, value, value), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(rows, (pairs) => {
        const reference = pairs.flatMap(([a, b]) => [a, b]);
        const candidate = pairs.flatMap(([, , c, d]) => [c, d]);
        const split = new MetricsAccumulator();
        split.add(reference.slice(0, 2), candidate.slice(0, 2), 2);
        split.add(reference.slice(2), candidate.slice(2), 2);
        const whole = metrics(reference, candidate, 2);
        const pooled = split.result();
        expect(pooled.mse).toBeCloseTo(whole.mse, 6);
        expect(pooled.maxAbsError).toBe(whole.maxAbsError);
        expect(pooled.argmaxAgreement).toBe(whole.argmaxAgreement);
      }),
    );
  });

  it('shows a NaN of the candidate and does not hide it behind a maximum', () => {
    const result = metrics([1, 2], [NaN, 2]);
    expect(result.maxAbsError).toBeNaN();
    expect(result.sqnrDb).toBeNaN();
  });

  it('knows no argmax where rows have one element', () => {
    expect(metrics([1, 2], [1, 2], 1).argmaxAgreement).toBeNull();
  });
});

describe('argmax and isInTop', () => {
  it('takes the first of equals', () => {
    expect(argmax([0, 7, 7], 0, 3)).toBe(1);
    expect(isInTop([7, 7, 0], 0, 3, 1, 1)).toBe(false);
    expect(isInTop([7, 7, 0], 0, 3, 1, 2)).toBe(true);
  });

  it('agree with each other', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 12 }), (row) => {
        const best = argmax(row, 0, row.length);
        expect(row.map((_, label) => isInTop(row, 0, row.length, label, 1)).indexOf(true)).toBe(best);
      }),
    );
  });

  it('never finds a label by a NaN', () => {
    expect(isInTop([NaN, NaN, NaN], 0, 3, 1, 1)).toBe(false);
    expect(isInTop([NaN, 3, 1], 0, 3, 1, 1)).toBe(false);
    expect(isInTop([NaN, 3, 1], 0, 3, 1, 2)).toBe(true);
  });

  it('refuses a label outside the row', () => {
    expect(isInTop([1, 2], 0, 2, 5, 5)).toBe(false);
  });
});
