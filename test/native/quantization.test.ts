import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { native, type QuantizeOptions } from '#lib/native.js';

/** A tensor with what ONNX Runtime makes of it; arrays are base64. Made by goldens/make_quantize.py. */
interface Golden {
  readonly name: string;
  readonly dtype: 'int8' | 'uint8';
  readonly scale: string;
  readonly zeroPoint: string;
  readonly inner: number;
  readonly data: string;
  readonly quantized: string;
  readonly dequantized: string;
}

const goldens = JSON.parse(readFileSync(new URL('goldens/quantize.json', import.meta.url), 'utf8')) as Golden[];

function bytes(base64: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(base64, 'base64')).buffer;
}

/** Compares bit for bit: NaN equals NaN, -0 differs from 0. */
const bits = (data: Float32Array) => [...new Uint32Array(data.buffer, data.byteOffset, data.length)];

describe.each(goldens)('$name', (golden) => {
  const options: QuantizeOptions = {
    scale: new Float32Array(bytes(golden.scale)),
    zeroPoint: new Int32Array(bytes(golden.zeroPoint)),
    dtype: golden.dtype,
    inner: golden.inner,
  };
  const Integers = golden.dtype === 'int8' ? Int8Array : Uint8Array;
  const quantized = new Integers(bytes(golden.quantized));

  it('is quantized as by ONNX Runtime', () => {
    expect(native().quantizeLinear(new Float32Array(bytes(golden.data)), options)).toEqual(quantized);
  });

  it('is dequantized as by ONNX Runtime', () => {
    const dequantized = new Float32Array(bytes(golden.dequantized));
    expect(bits(native().dequantizeLinear(quantized, options))).toEqual(bits(dequantized));
  });
});

describe('quantizeLinear', () => {
  it('restores every integer that dequantizeLinear gives', () => {
    const all = Int8Array.from({ length: 256 }, (_, i) => i - 128);
    const scales = fc.float({ min: Math.fround(1e-30), max: Math.fround(1e30), noNaN: true });
    fc.assert(
      fc.property(scales, fc.integer({ min: -128, max: 127 }), (scale, zero) => {
        const options: QuantizeOptions = {
          scale: Float32Array.of(scale),
          zeroPoint: Int32Array.of(zero),
          dtype: 'int8',
        };
        expect(native().quantizeLinear(native().dequantizeLinear(all, options), options)).toEqual(all);
      }),
    );
  });

  it('takes zero points as 0 where there are none, and an empty tensor', () => {
    const options: QuantizeOptions = { scale: Float32Array.of(0.5), dtype: 'int8' };
    expect([...native().quantizeLinear(Float32Array.of(1, -1.25, 1e9), options)]).toEqual([2, -2, 127]);
    expect(native().quantizeLinear(new Float32Array(0), options)).toEqual(new Int8Array(0));
  });
});

describe('quantizeWeights', () => {
  const floor = 1e-8;
  const layout = fc.record({
    outer: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 5 }),
    inner: fc.integer({ min: 1, max: 9 }),
  });
  const weights = layout.chain((shape) => {
    const length = shape.outer * shape.channels * shape.inner;
    const value = fc.oneof(fc.constant(0), fc.float({ min: -4, max: 4, noNaN: true }));
    return fc.tuple(fc.constant(shape), fc.array(value, { minLength: length, maxLength: length }));
  });

  it('gives each channel the scale amax / 127 and divides by it', async () => {
    await fc.assert(
      fc.asyncProperty(weights, async ([{ channels, inner }, values]) => {
        const data = Float32Array.from(values);
        const result = await native().quantizeWeights(data, channels, inner, floor);
        const amax = new Float32Array(channels);
        const channelOf = (i: number) => Math.floor(i / inner) % channels;
        data.forEach((value, i) => (amax[channelOf(i)] = Math.max(amax[channelOf(i)]!, Math.abs(value))));
        expect(result.scales).toEqual(
          amax.map((each) => (Math.fround(each / 127) < 2 ** -126 ? floor : Math.fround(each / 127))),
        );
        const zeroPoint = new Int32Array(channels);
        const options: QuantizeOptions = { scale: result.scales, zeroPoint, dtype: 'int8', inner };
        expect(result.data).toEqual(native().quantizeLinear(data, options));
        expect(result.data.every((value) => value >= -127)).toBe(true);
        amax.forEach((each, channel) => {
          const largest = Math.max(0, ...[...result.data].map((q, i) => (channelOf(i) === channel ? Math.abs(q) : 0)));
          if (each > 1e-30) expect(largest).toBe(127);
        });
      }),
    );
  });

  it('gives zeros and denormals the floor', async () => {
    const data = Float32Array.of(0, 0, 1e-40, -1e-40, 127, -1);
    const { data: quantized, scales } = await native().quantizeWeights(data, 3, 2, floor);
    expect([...scales]).toEqual([Math.fround(floor), Math.fround(floor), 1]);
    expect([...quantized]).toEqual([0, 0, 0, 0, 127, -1]);
  });

  it.each([NaN, Infinity, -Infinity])('refuses %s, naming the channel', async (value) => {
    const data = Float32Array.of(1, 2, 3, value, 5, 6);
    await expect(native().quantizeWeights(data, 3, 2, floor)).rejects.toThrow(
      new TypeError('quantizeWeights: data: channel 1 holds NaN or infinity'),
    );
  });
});
