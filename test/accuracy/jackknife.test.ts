import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jackknifeError, total } from '#lib/accuracy/jackknife.js';

describe('jackknifeError', () => {
  it('of a mean is the sample deviation over the root of the count', () => {
    const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(values, (list) => {
        const mean = list.reduce((a, b) => a + b, 0) / list.length;
        const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (list.length - 1);
        const error = jackknifeError(
          list.map((value) => [value, 1]),
          ([sum = 0, count = 1]) => sum / count,
        );
        expect(error).toBeCloseTo(Math.sqrt(variance / list.length), 6);
      }),
    );
  });

  it('is 0 where it cannot be told', () => {
    expect(jackknifeError([[1, 0]], ([a = 0, b = 0]) => a / b)).toBe(0);
    expect(
      jackknifeError(
        [
          [1, 0],
          [2, 0],
        ],
        ([a = 0, b = 0]) => a / b,
      ),
    ).toBe(0);
  });

  it('adds up sums', () => {
    expect(
      total([
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([4, 6]);
  });
});
