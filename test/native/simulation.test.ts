import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { native, type FakeQuantizeOptions } from '#lib/native.js';
import { seeded, shapes } from './support.js';

/** A tensor with what numpy makes of it; arrays are base64. Made by goldens/make_simulation.py. */
interface Golden {
  readonly name: string;
  readonly bits: number;
  readonly signed: boolean;
  readonly narrow: boolean;
  readonly scale: string;
  readonly zeroPoint: string;
  readonly inner: number;
  readonly seed: number | null;
  readonly data: string;
  readonly out: string;
  readonly errors: { readonly bins: number; readonly mse: number; readonly sqnr: number; readonly kl: number };
}

const goldens = JSON.parse(readFileSync(new URL('goldens/simulation.json', import.meta.url), 'utf8')) as Golden[];
const bytes = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64')).buffer;
const addon = native();

describe.each(goldens)('simulated quantization to $name', (golden) => {
  const data = new Float32Array(bytes(golden.data));
  const expected = new Float32Array(bytes(golden.out));

  it('is that of numpy, bit for bit', () => {
    const { bits, signed, narrow, inner, seed } = golden;
    const scale = new Float32Array(bytes(golden.scale));
    const zeroPoint = new Int32Array(bytes(golden.zeroPoint));
    const options = { bits, signed, narrow, scale, zeroPoint, inner, ...(seed !== null && { stochasticSeed: seed }) };
    expect(addon.fakeQuantize(data, options)).toEqual(expected);
  });

  it('has the errors that numpy finds', () => {
    const { bins, mse, sqnr, kl } = golden.errors;
    const found = addon.quantizationError(data, expected, bins);
    expect(found.mse / mse).toBeCloseTo(1, 9);
    expect(found.sqnr).toBeCloseTo(sqnr, 9);
    expect(found.kl).toBeCloseTo(kl, 9);
  });
});

describe('fakeQuantize', () => {
  const integers = fc.constantFrom('int8' as const, 'uint8' as const);
  const scales = fc.float({ min: Math.fround(1e-30), max: Math.fround(1e30), noNaN: true });

  it('is quantizeLinear and dequantizeLinear where the integers are theirs', () => {
    fc.assert(
      fc.property(fc.float32Array(), integers, scales, fc.integer({ min: 0, max: 127 }), (data, dtype, scale, zero) => {
        const options = { scale: Float32Array.of(scale), zeroPoint: Int32Array.of(zero) };
        const quantized = addon.quantizeLinear(data, { ...options, dtype });
        const expected = addon.dequantizeLinear(quantized, { ...options, dtype });
        expect(addon.fakeQuantize(data, { ...options, bits: 8, signed: dtype === 'int8' })).toEqual(expected);
      }),
    );
  });

  it('changes nothing the second time, rounding in any way', () => {
    const arrays = fc.float32Array({ noNaN: true, min: -1e6, max: 1e6 });
    const widths = fc.integer({ min: 2, max: 16 });
    fc.assert(
      fc.property(arrays, widths, fc.boolean(), fc.option(fc.maxSafeNat()), (data, bits, signed, seed) => {
        const options = { bits, signed, scale: Float32Array.of(0.125) };
        const stochastic = seed === null ? {} : { stochasticSeed: seed };
        const once = addon.fakeQuantize(data, { ...options, ...stochastic });
        expect(addon.fakeQuantize(once, { ...options, ...stochastic })).toEqual(once);
        expect(addon.fakeQuantize(once, options)).toEqual(once);
      }),
    );
  });

  it('rounding stochastically is right on average, and by the seed', () => {
    const data = new Float32Array(200_000).fill(2.3);
    const options: FakeQuantizeOptions = { bits: 8, signed: true, scale: Float32Array.of(1), stochasticSeed: 5 };
    const rounded = addon.fakeQuantize(data, options);
    expect(new Set(rounded)).toEqual(new Set([2, 3]));
    // Five standard deviations of the mean.
    const mean = rounded.reduce((sum, value) => sum + value, 0) / rounded.length;
    expect(Math.abs(mean - 2.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / rounded.length));
    expect(addon.fakeQuantize(data, options)).toEqual(rounded);
    expect(addon.fakeQuantize(data, { ...options, stochasticSeed: 6 })).not.toEqual(rounded);
  });

  it('leaves its argument alone and takes none', () => {
    const data = Float32Array.of(0.4, -0);
    const out = addon.fakeQuantize(data, { bits: 8, signed: true, scale: Float32Array.of(1) });
    expect(data).toEqual(Float32Array.of(0.4, -0));
    expect(out).toEqual(Float32Array.of(0, 0));
    expect(addon.fakeQuantize(new Float32Array(0), { bits: 8, signed: true, scale: Float32Array.of(1) })).toHaveLength(
      0,
    );
  });
});

describe('powerOfTwoScales', () => {
  it('gives the least power of two that is not below', () => {
    const random = seeded(3);
    const scales = Float32Array.from({ length: 2000 }, () => 2 ** (274 * random() - 148));
    addon.powerOfTwoScales(scales).forEach((power, i) => {
      expect(Number.isInteger(Math.log2(power))).toBe(true);
      expect(power).toBeGreaterThanOrEqual(scales[i]!);
      expect(power / 2).toBeLessThan(scales[i]!);
    });
  });

  it('leaves powers of two alone, denormal ones too, and stays finite', () => {
    const powers = Float32Array.from({ length: 277 }, (_, i) => 2 ** (i - 149));
    expect(addon.powerOfTwoScales(powers)).toEqual(powers);
    expect(addon.powerOfTwoScales(Float32Array.of(3.4e38))).toEqual(Float32Array.of(2 ** 127));
  });
});

describe('quantizationError', () => {
  it('of equal tensors is none', () => {
    const data = shapes.laplace(1000);
    expect(addon.quantizationError(data, data, 100)).toEqual({ mse: 0, sqnr: Infinity, kl: 0 });
    expect(addon.quantizationError(new Float32Array(3), new Float32Array(3), 1)).toEqual({
      mse: 0,
      sqnr: Infinity,
      kl: 0,
    });
  });

  it('of zeros against anything else has no signal', () => {
    expect(addon.quantizationError(Float32Array.of(0, 0), Float32Array.of(1, 3), 4).sqnr).toBe(-Infinity);
  });

  it('falls by about 6 dB with every bit', () => {
    const data = shapes.gaussian(50_000).map((value) => Math.max(-4, Math.min(4, value)));
    const sqnr = [6, 7, 8, 9, 10].map((bits) => {
      const scale = Float32Array.of(4 / (2 ** (bits - 1) - 1));
      return addon.quantizationError(data, addon.fakeQuantize(data, { bits, signed: true, scale }), 32).sqnr;
    });
    sqnr.slice(1).forEach((each, i) => expect(Math.abs(each - sqnr[i]! - 6.02)).toBeLessThan(0.25));
  });
});
