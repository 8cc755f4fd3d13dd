import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bfloat16ToNumber, float16ToNumber, numberToFloat16 } from '#lib/float16.js';
import { fromHalf, toHalf } from '#lib/model/precision/half.js';

const every = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
const half = (type: 'float16' | 'bfloat16', ...values: number[]): ReturnType<typeof toHalf> =>
  toHalf(Float32Array.from(values), type);

describe('16-bit floats', () => {
  it.each([
    ['float16', float16ToNumber],
    ['bfloat16', bfloat16ToNumber],
  ] as const)('%s: all 65,536 values widen as the scalar function does, and come back', (type, widen) => {
    const wide = fromHalf(every, type, [65536]).data as Float32Array;
    every.forEach((bits) => {
      if (!Object.is(wide[bits], widen(bits))) expect.fail(`${bits}: ${wide[bits]} instead of ${widen(bits)}`);
    });
    const { bits } = toHalf(wide, type);
    every.forEach((value) => {
      if (!Number.isNaN(wide[value]) && bits[value] !== value) expect.fail(`${value} came back as ${bits[value]}`);
    });
  });

  it('float16 rounds as the scalar function does', () => {
    const value = fc.oneof(
      fc.float(),
      fc.float({ min: -70000, max: 70000 }),
      fc.float({ min: -(2 ** -13), max: 2 ** -13 }),
    );
    fc.assert(
      fc.property(fc.array(value), (values) => {
        expect([...half('float16', ...values).bits]).toEqual(values.map((each) => numberToFloat16(Math.fround(each))));
      }),
    );
  });

  it('bfloat16 takes the nearest neighbour, the even one of two', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const [bits = 0] = half('bfloat16', value).bits;
        fc.pre((bits & 0x7fff) < 0x7f80);
        const error = (candidate: number): number => Math.abs(bfloat16ToNumber(candidate) - value);
        for (const other of [bits - 1, bits + 1]) {
          if ((other & 0x7fff) >= 0x7f80 || (other & 0x8000) !== (bits & 0x8000)) continue;
          expect(error(bits)).toBeLessThanOrEqual(error(other));
          if (error(bits) === error(other)) expect(bits % 2).toBe(0);
        }
      }),
    );
  });

  it('tells what was lost', () => {
    expect(half('float16', 1, 65519)).toMatchObject({ overflows: false, vanishes: false, normal: true });
    expect(half('float16', 1, -65520)).toMatchObject({ overflows: true, normal: false });
    expect(half('bfloat16', 65520)).toMatchObject({ overflows: false, normal: true });
    expect(half('bfloat16', 3.4028234e38)).toMatchObject({ overflows: true });
    expect(half('float16', -Infinity, 0)).toMatchObject({ overflows: false, vanishes: false });
    expect(half('float16', 1e-5, 0)).toMatchObject({ vanishes: true });
    expect(half('float16', 1e-5, 1)).toMatchObject({ vanishes: false, normal: false });
    expect(half('float16', 0, 0)).toMatchObject({ vanishes: false, normal: false });
  });
});
