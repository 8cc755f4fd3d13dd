import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatNumber } from '#lib/cli/trtexec/format-number.js';

describe('formatNumber', () => {
  // What `printf '%g'` writes.
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [100, '100'],
    [0.5, '0.5'],
    [1234567, '1.23457e+06'],
    [999999.5, '1e+06'],
    [999999.4, '999999'],
    [123456, '123456'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [0.000123456789, '0.000123457'],
    [-2.5, '-2.5'],
    [1e100, '1e+100'],
    [Math.fround(0.1), '0.1'],
    [NaN, 'nan'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
  ])('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('keeps six significant digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const read = Number(formatNumber(value));
        expect(Math.abs(read - value)).toBeLessThanOrEqual(Math.abs(value) * 5.0001e-6);
      }),
    );
  });
});
