import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float16ToNumber, numberToFloat16 } from '#lib/float16.js';

describe('float16', () => {
  it('every value comes back as its bits', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = float16ToNumber(bits);
      if (!Number.isNaN(value)) expect(numberToFloat16(value)).toBe(bits);
    }
  });

  it('rounds to the nearest, ties to even', () => {
    const finite = fc.double({ min: -65519, max: 65519, noNaN: true });
    fc.assert(
      fc.property(finite, (value) => {
        const bits = numberToFloat16(value);
        const error = Math.abs(float16ToNumber(bits) - value);
        for (const neighbour of [bits - 1, bits + 1]) {
          const other = Math.abs(float16ToNumber(neighbour & 0xffff) - value);
          if (Number.isFinite(other)) expect(error <= other).toBe(true);
          if (other === error) expect(bits & 1).toBe(0);
        }
      }),
    );
    expect(numberToFloat16(2049)).toBe(numberToFloat16(2048));
    expect(numberToFloat16(2051)).toBe(numberToFloat16(2052));
  });

  it.each([
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [-Infinity, 0xfc00],
    [NaN, 0x7e00],
    [-0, 0x8000],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [2 ** -14, 0x400],
  ])('%d is 0x%s', (value, bits) => {
    expect(numberToFloat16(value)).toBe(bits);
  });
});
