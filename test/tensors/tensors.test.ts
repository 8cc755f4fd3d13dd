import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tensors } from '#lib/index.js';
import { GraphNode, Graph, Initializer, Model } from '#lib/model/index.js';
import { ValueInfo } from '#lib/model/value-info.js';
import { int } from '../model/build.js';
import { ort, run } from '../model/helpers.js';

interface Case {
  readonly values: Float32Array;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly scales: Float32Array;
  readonly zeroPoints: readonly number[];
  readonly dtype: 'int8' | 'uint8';
}

/** QuantizeLinear and DequantizeLinear as ONNX Runtime computes them. */
async function reference(given: Case): Promise<{ quantized: number[]; restored: number[] }> {
  const { values, shape, axis, scales, zeroPoints, dtype } = given;
  const perChannel = scales.length > 1 ? [scales.length] : [];
  const zeros = dtype === 'int8' ? Int8Array.from(zeroPoints) : Uint8Array.from(zeroPoints);
  const attributes = { axis: int(axis) };
  const graph = Graph.create({
    name: 'linear',
    nodes: [
      GraphNode.create({ opType: 'QuantizeLinear', name: 'q', inputs: ['x', 's', 'z'], outputs: ['q'], attributes }),
      GraphNode.create({ opType: 'DequantizeLinear', name: 'd', inputs: ['q', 's', 'z'], outputs: ['d'], attributes }),
    ],
    initializers: [
      Initializer.create('s', { dtype: 'float32', shape: perChannel, data: scales }),
      Initializer.create('z', { dtype, shape: perChannel, data: zeros }),
    ],
    inputs: [ValueInfo.create({ name: 'x', dtype: 'float32', shape })],
    outputs: [ValueInfo.create({ name: 'q', dtype, shape }), ValueInfo.create({ name: 'd', dtype: 'float32', shape })],
  });
  const { q, d } = await run(Model.create(graph, 8, new Map([['', 13]])), { x: new ort.Tensor(values, shape) });
  return { quantized: Array.from(q!.data, Number), restored: Array.from(d!.data, Number) };
}

const dimension = fc.integer({ min: 1, max: 5 });
const cases = fc
  .record({
    shape: fc.array(dimension, { minLength: 2, maxLength: 4 }),
    axis: fc.nat({ max: 3 }),
    perChannel: fc.boolean(),
    dtype: fc.constantFrom('int8' as const, 'uint8' as const),
    seed: fc.nat(),
  })
  .chain(({ shape, axis: any, perChannel, dtype }) => {
    const axis = any % shape.length;
    const size = shape.reduce((product, dim) => product * dim, 1);
    const channels = perChannel ? shape[axis]! : 1;
    const [least, greatest] = dtype === 'int8' ? [-128, 127] : [0, 255];
    return fc.record({
      shape: fc.constant(shape),
      axis: fc.constant(axis),
      dtype: fc.constant(dtype),
      // Halves are where rounding shows; beyond the range is where saturation does.
      values: fc
        .array(
          fc.oneof(
            fc.integer({ min: -600, max: 600 }).map((n) => n / 4),
            fc.float({ noNaN: true }),
          ),
          {
            minLength: size,
            maxLength: size,
          },
        )
        .map((list) => Float32Array.from(list)),
      scales: fc
        .array(fc.constantFrom(0.5, 1, 0.1, 0.0078740157, 3e-3), { minLength: channels, maxLength: channels })
        .map((list) => Float32Array.from(list)),
      zeroPoints: fc.array(fc.integer({ min: least, max: greatest }), { minLength: channels, maxLength: channels }),
    });
  });

describe('quantize and dequantize', () => {
  it('are ONNX Runtime’s, bit for bit, per tensor and per channel', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const { values, shape, axis, scales, zeroPoints, dtype } = given;
        const options = { scale: scales, zeroPoint: zeroPoints, shape, axis };
        const expected = await reference(given);
        const quantized = tensors.quantize(values, { ...options, dtype });
        expect(Array.from(quantized)).toEqual(expected.quantized);
        expect(Array.from(tensors.dequantize(quantized, options))).toEqual(expected.restored);
      }),
      { numRuns: 60 },
    );
  });

  it('are what fakeQuantize does at once', () => {
    fc.assert(
      fc.property(cases, ({ values, shape, axis, scales, zeroPoints, dtype }) => {
        const options = { scale: scales, zeroPoint: zeroPoints, shape, axis };
        const expected = tensors.dequantize(tensors.quantize(values, { ...options, dtype }), options);
        expect(tensors.fakeQuantize(values, { ...options, signed: dtype === 'int8' })).toEqual(expected);
      }),
    );
  });

  it('take plain numbers', () => {
    const data = Float32Array.of(-1, -0.25, 0, 0.25, 10);
    expect(tensors.quantize(data, { scale: 0.5 })).toEqual(Int8Array.of(-2, -0, 0, 0, 20));
    expect(tensors.quantize(data, { scale: 0.5, zeroPoint: 128, dtype: 'uint8' })).toEqual(
      Uint8Array.of(126, 128, 128, 128, 148),
    );
    expect(tensors.dequantize(Uint8Array.of(126, 148), { scale: 0.5, zeroPoint: 128 })).toEqual(
      Float32Array.of(-1, 10),
    );
  });

  it.each([
    [{ scale: 0 }, /above 0/],
    [{ scale: [1, 2] }, /need the tensor's `shape`/],
    [{ scale: [1, 2], shape: [1, 3] }, /has 3 elements, the data 4/],
    [{ scale: [1, 2], shape: [1, 4] }, /axis 1 of \[1, 4\] has 4 entries, and there are 2 scales/],
    [{ scale: 1, zeroPoint: 300 }, /from -128 to 127/],
  ])('refuse %j with one error', (options, message) => {
    expect(() => tensors.quantize(new Float32Array(4), options)).toThrow(message);
    expect(() => tensors.quantize(new Float32Array(4), options)).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE' }) as Error,
    );
  });
});

describe('arguments of another type give one error that names them', () => {
  const data = Float32Array.of(0.1, 0.2);
  const given = (value: unknown): never => value as never;
  it.each<[string, () => unknown, RegExp]>([
    [
      'no options',
      () => tensors.quantize(data, given(undefined)),
      /^quantize: options must be .* `scale`, not undefined$/,
    ],
    ['no data', () => tensors.quantize(given(null), { scale: 1 }), /^quantize: data must be a Float32Array, not null$/],
    ['a plain array', () => tensors.quantize(given([1, 2]), { scale: 1 }), /not the array \[1, 2\]$/],
    [
      'no scale',
      () => tensors.quantize(data, given({})),
      /^quantize: scale must be a finite number above 0, not undefined$/,
    ],
    ['a scale of text', () => tensors.quantize(data, given({ scale: '1' })), /scale must be .*, not "1"$/],
    [
      'a scale of NaN',
      () => tensors.quantize(data, { scale: [1, NaN], shape: [1, 2] }),
      /scale\[1\] must be .* not NaN$/,
    ],
    [
      'half a zero point',
      () => tensors.quantize(data, { scale: 1, zeroPoint: 1.5 }),
      /zeroPoint must be a whole number, not 1\.5$/,
    ],
    [
      'half a zero point of several',
      () => tensors.quantize(data, { scale: [1, 1], zeroPoint: [0, 0.5], shape: [1, 2] }),
      /zeroPoint\[1\] must be a whole number, not 0\.5$/,
    ],
    [
      'a shape of text',
      () => tensors.quantize(data, given({ scale: [1, 1], shape: '2' })),
      /shape must be an array .* not "2"$/,
    ],
    [
      'half an axis',
      () => tensors.quantize(data, { scale: [1, 1], shape: [1, 2], axis: 0.5 }),
      /axis must be a whole number/,
    ],
    ['an unknown dtype', () => tensors.quantize(data, given({ scale: 1, dtype: 'int4' })), /dtype/],
    [
      'floats to dequantize',
      () => tensors.dequantize(given(data), { scale: 1 }),
      /^dequantize: data must be an Int8Array or a Uint8Array, not a Float32Array$/,
    ],
    [
      'nothing to dequantize with',
      () => tensors.dequantize(Int8Array.of(1), given(null)),
      /^dequantize: options .* not null$/,
    ],
    ['nothing to simulate', () => tensors.fakeQuantize(given(undefined), { scale: 1 }), /^fakeQuantize: data must be/],
    ['nothing to simulate with', () => tensors.fakeQuantize(data, given(1)), /^fakeQuantize: options .* not 1$/],
    ['half a zero point, simulated', () => tensors.fakeQuantize(data, { scale: 1, zeroPoint: 0.5 }), /zeroPoint/],
    [
      'NaN',
      () => tensors.symmetricScales(Float32Array.of(NaN, 1)),
      /^symmetricScales: data must be finite, and data\[0\] is NaN/,
    ],
    ['infinity', () => tensors.symmetricScales(Float32Array.of(1, -Infinity)), /data\[1\] is -Infinity/],
    [
      'doubles',
      () => tensors.symmetricScales(given(new Float64Array(2))),
      /must be a Float32Array, not a Float64Array$/,
    ],
    [
      'scales with null',
      () => tensors.symmetricScales(data, given(null)),
      /^symmetricScales: options must be an object/,
    ],
    ['no scales', () => tensors.powerOfTwoScales(given(undefined)), /^powerOfTwoScales: scales must be a Float32Array/],
    [
      'nothing to compare with',
      () => tensors.quantizationError(data, given(undefined)),
      /^quantizationError: approximation must/,
    ],
    ['no reference', () => tensors.quantizationError(given(null), data), /^quantizationError: reference must/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE', message: expect.stringMatching(message) as string }) as Error,
    );
  });
});

describe('scales', () => {
  it('are those of the greatest magnitude, per tensor and per channel', () => {
    const data = Float32Array.of(1, -2, 3, 4, 0, 0);
    expect(tensors.symmetricScales(data)).toEqual(Float32Array.of(4 / 127));
    expect(tensors.symmetricScales(data, { bits: 4, perChannel: true, shape: [3, 2], axis: 0 })).toEqual(
      Float32Array.of(2 / 7, 4 / 7, 2 ** -40),
    );
    expect(() => tensors.symmetricScales(data, { perChannel: true, shape: [4, 2], axis: 0 })).toThrow(/does not fit/);
    expect(() => tensors.symmetricScales(data, { bits: 17 })).toThrow(/from 2 to 16/);
  });

  it('are rounded up to powers of two, and refused below 0', () => {
    expect(tensors.powerOfTwoScales(Float32Array.of(0.3, 0.5, 5))).toEqual(Float32Array.of(0.5, 0.5, 8));
    expect(() => tensors.powerOfTwoScales(Float32Array.of(-1))).toThrow(/above 0/);
  });
});

describe('quantizationError', () => {
  it('falls with every bit by about 6 dB, and is none where nothing differs', () => {
    const data = Float32Array.from({ length: 4096 }, (_, index) => Math.sin(index));
    const sqnr = [4, 8, 12, 16].map((bits) => {
      const approximation = tensors.fakeQuantize(data, { bits, scale: tensors.symmetricScales(data, { bits }) });
      return tensors.quantizationError(data, approximation).sqnrDb;
    });
    for (const [index, value] of sqnr.slice(1).entries()) {
      expect(value - sqnr[index]!).toBeGreaterThan(20);
      expect(value - sqnr[index]!).toBeLessThan(28);
    }
    expect(tensors.quantizationError(data, data)).toEqual({ mse: 0, sqnrDb: Infinity, kl: 0 });
    expect(() => tensors.quantizationError(data, data.subarray(1))).toThrow(/elements like the reference/);
  });

  it('rounds stochastically to the mean, the same with the same seed', () => {
    const data = new Float32Array(20_000).fill(0.3);
    const rounded = tensors.fakeQuantize(data, { scale: 1, stochasticSeed: 7 });
    expect(rounded.reduce((sum, value) => sum + value, 0) / data.length).toBeCloseTo(0.3, 1);
    expect(tensors.fakeQuantize(data, { scale: 1, stochasticSeed: 7 })).toEqual(rounded);
    expect(tensors.fakeQuantize(data, { scale: 1, stochasticSeed: 8 })).not.toEqual(rounded);
  });
});
