import { describe, expect, it } from 'vitest';
import { convertToInput } from '#lib/data/convert.js';
import { fixedBatch, modelInputs, summarizeSample, type ModelInput } from '#lib/data/index.js';
import type { DataType, TensorData } from '#lib/data/tensor.js';

function convert(data: TensorData, from: DataType, to: DataType): TensorData {
  return convertToInput(data, from, { name: 'x', dtype: to, shape: [null] }, 'a.npy');
}

describe('conversion to the type of the input', () => {
  it.each([
    ['float64', 'float32', Float64Array.of(0.1), Float32Array.of(0.1)],
    ['float16', 'float32', Uint16Array.of(0x3c00), Float32Array.of(1)],
    ['float32', 'float16', Float32Array.of(1), Uint16Array.of(0x3c00)],
    ['float32', 'float64', Float32Array.of(1.5), Float64Array.of(1.5)],
    ['bfloat16', 'float32', Uint16Array.of(0x3fc0), Float32Array.of(1.5)],
    ['float32', 'bfloat16', Float32Array.of(1.5), Uint16Array.of(0x3fc0)],
    ['uint8', 'float32', Uint8Array.of(200), Float32Array.of(200)],
    ['int16', 'float32', Int16Array.of(-5), Float32Array.of(-5)],
    ['bool', 'float32', Uint8Array.of(1), Float32Array.of(1)],
    ['int64', 'int32', BigInt64Array.of(-7n), Int32Array.of(-7)],
    ['int32', 'int64', Int32Array.of(-7), BigInt64Array.of(-7n)],
    ['bool', 'int64', Uint8Array.of(1), BigInt64Array.of(1n)],
    ['uint8', 'bool', Uint8Array.of(1, 0), Uint8Array.of(1, 0)],
  ] as const)('%s to %s', (from, to, data, expected) => {
    expect(convert(data, from, to)).toEqual(expected);
  });

  it.each([
    ['int32', 'float32', Int32Array.of(1), /takes float32, found int32/],
    ['int64', 'float16', BigInt64Array.of(1n), /takes float16, found int64/],
    ['float32', 'int64', Float32Array.of(1), /takes int64, found float32/],
    ['float32', 'uint8', Float32Array.of(1), /takes uint8, found float32/],
    ['int64', 'int32', BigInt64Array.of(2n ** 31n), /takes int32, found int64 value 2147483648, which does not fit/],
    ['int8', 'uint8', Int8Array.of(-1), /found int8 value -1/],
    ['uint8', 'bool', Uint8Array.of(2), /found uint8 value 2/],
  ] as const)('%s to %s is refused', (from, to, data, message) => {
    expect(() => convert(data, from, to)).toThrow(expect.objectContaining({ code: 'ERR_DATA_DTYPE' }) as Error);
    expect(() => convert(data, from, to)).toThrow(message);
  });
});

describe('inputs of a model', () => {
  it('become plain data', () => {
    const stated = { name: 'x', dtype: 'float32', shape: [1, null, 'n'], more: () => 1 };
    expect(modelInputs([stated])).toEqual([{ name: 'x', dtype: 'float32', shape: [1, null, 'n'] }]);
  });

  it.each([
    [{ name: 'x', dtype: 'string', shape: [1] }, /input x has type string/],
    [{ name: 'x', dtype: undefined, shape: [1] }, /input x has type unknown/],
    [{ name: 'x', dtype: 'float32', shape: undefined }, /input x has no shape/],
  ])('%j is refused', (stated, message) => {
    expect(() => modelInputs([stated])).toThrow(message);
  });

  it.each([
    [[[8, 3, 4, 4]], 8],
    [[['N', 3, 4, 4]], undefined],
    [
      [
        ['N', 3],
        [4, 3],
      ],
      4,
    ],
    [[['N', 3], []], 1],
    [[[3, 224, 224]], 1],
    [[[1, 3, 224, 224]], 1],
  ] as const)('%j fix %s samples per run', (shapes, expected) => {
    const inputs = shapes.map((shape, index): ModelInput => ({ name: `${index}`, dtype: 'float32', shape }));
    expect(fixedBatch(inputs)).toBe(expected);
  });
});

describe('summary', () => {
  it('has the range and the mean', () => {
    const summary = { dtype: 'float32', shape: [1, 4], min: -2, max: 4, mean: 0.75 };
    expect(summarizeSample({ dtype: 'float32', shape: [1, 4], data: Float32Array.of(1, -2, 4, 0) })).toEqual(summary);
    const ids = summarizeSample({ dtype: 'int64', shape: [2], data: BigInt64Array.of(3n, 5n) });
    expect(ids).toEqual({ dtype: 'int64', shape: [2], min: 3, max: 5, mean: 4 });
    expect(summarizeSample({ dtype: 'float16', shape: [1], data: Uint16Array.of(0x3c00) }).mean).toBe(1);
    expect(summarizeSample({ dtype: 'float32', shape: [0], data: new Float32Array() })).toMatchObject({
      min: 0,
      max: 0,
      mean: 0,
    });
  });
});
