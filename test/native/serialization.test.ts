import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { native, type NativeStatistics } from '#lib/native.js';
import { seeded, shapes, stateOf, statisticsOf } from './support.js';

const values = fc.array(fc.float(), { maxLength: 40 }).map((array) => Float32Array.from(array));

const deserialize = (bytes: Uint8Array): NativeStatistics => native().Statistics.deserialize(bytes);

/** LEB128 of a non-negative integer. */
function varint(value: bigint): number[] {
  const low = Number(value & 0x7fn);
  return value < 0x80n ? [low] : [low | 0x80, ...varint(value >> 7n)];
}

const float32 = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];

/** Statistics as bytes, from their parts; see native/core/histogram_codec.h. */
function encoded(parts: {
  zeros?: bigint;
  range?: [number, number];
  positive?: [bigint, bigint][];
  negative?: [bigint, bigint][];
}): Uint8Array {
  const { zeros = 0n, range, positive = [], negative = [] } = parts;
  const bins = (list: [bigint, bigint][]) => [...varint(BigInt(list.length)), ...list.flat().flatMap(varint)];
  const finite = range === undefined ? [0] : [1, ...range.flatMap(float32), ...bins(positive), ...bins(negative)];
  return Uint8Array.from([1, 16, 0, 0, ...varint(zeros), ...finite]);
}

describe('serialized statistics', () => {
  it('come back as they were, and go on as they would have', () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const restored = deserialize(statisticsOf(before).serialize());
        expect(restored.summary()).toEqual(statisticsOf(before).summary());
        expect(stateOf(restored)).toBe(stateOf(statisticsOf(before)));
        restored.accumulate(after);
        expect(stateOf(restored)).toBe(stateOf(statisticsOf(before, after)));
      }),
    );
  });

  it('are small: a few bytes for a few values, hundreds of kB for millions at most', () => {
    expect(statisticsOf().serialize()).toHaveLength(6);
    expect(statisticsOf(Float32Array.of(1, 2, -3)).serialize().length).toBeLessThan(30);
    expect(statisticsOf(shapes.gaussian(200_000)).serialize().length).toBeLessThan(100_000);
  });

  it('are refused where they end too early, wherever that is', () => {
    const bytes = statisticsOf(shapes.laplace(300)).serialize();
    for (let length = 0; length < bytes.length; length++) {
      expect(() => deserialize(bytes.subarray(0, length))).toThrow(TypeError);
    }
    expect(() => deserialize(Uint8Array.from([...bytes, 0]))).toThrow(/bytes after the end/);
  });

  it('are refused, or are the serialization of some state, after any change of their bytes', () => {
    const original = statisticsOf(shapes.mixed(500), Float32Array.of(0, NaN)).serialize();
    const random = seeded(11);
    let refused = 0;
    for (let round = 0; round < 4000; round++) {
      const bytes = Uint8Array.from(original);
      for (let change = 0; change <= random() * 3; change++) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      }
      let restored: NativeStatistics | undefined;
      try {
        restored = deserialize(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        refused++;
      }
      if (restored) expect([...restored.serialize()]).toEqual([...bytes]);
    }
    expect(refused).toBeGreaterThan(1000);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['another version', Uint8Array.of(2, 16, 0, 0, 0, 0), /version/],
    ['another number of bins', Uint8Array.of(1, 11, 0, 0, 0, 0), /number of bins/],
    ['an integer longer than needed', Uint8Array.of(1, 16, 0x80, 0, 0, 0, 0), /integer is malformed/],
    ['an integer of 2^63', Uint8Array.of(1, 16, ...Array<number>(9).fill(0x80), 1, 0, 0, 0), /integer is malformed/],
    ['zeros without a finite value', Uint8Array.of(1, 16, 0, 0, 5, 0), /contradict/],
    ['a NaN in the range', encoded({ range: [NaN, 1], positive: [[32768n, 1n]] }), /range is malformed/],
    ['a negative zero in the range', encoded({ zeros: 1n, range: [-0, 1], positive: [[32768n, 1n]] }), /malformed/],
    ['a range the wrong way round', encoded({ range: [2, 1], positive: [[32768n, 1n]] }), /range is malformed/],
    ['zeros outside the range', encoded({ zeros: 1n, range: [1, 1], positive: [[32768n, 1n]] }), /zeros contradict/],
    ['no zero where the range says one', encoded({ range: [0, 1], positive: [[32768n, 1n]] }), /zeros contradict/],
    ['a bin outside the grid', encoded({ range: [1, 1], positive: [[65536n, 1n]] }), /outside the grid/],
    ['a distance that wraps around', encoded({ range: [1, 1], positive: [[2n ** 62n, 1n]] }), /outside the grid/],
    ['an empty bin that is listed', encoded({ range: [1, 1], positive: [[32768n, 0n]] }), /is empty/],
    [
      'a greatest bin that is not that of the range',
      encoded({ range: [1, 1], positive: [[32767n, 1n]] }),
      /contradict/,
    ],
    [
      'values of a sign that the range lacks',
      encoded({ range: [1, 1], positive: [[32768n, 1n]], negative: [[1n, 1n]] }),
      /sign/,
    ],
    ['two extremes of one value', encoded({ range: [1, 1.00001], positive: [[32768n, 1n]] }), /two extremes/],
    [
      'counts whose sum passes 2^63 - 1',
      encoded({ zeros: 2n ** 63n - 1n, range: [0, 1], positive: [[32768n, 1n]] }),
      /too large/,
    ],
    [
      'more bins than the bytes could hold',
      Uint8Array.of(1, 16, 0, 0, 0, 1, ...float32(1), ...float32(1), 0xff, 0xff, 0x7f),
      /too early/,
    ],
  ])('are refused with %s', (_, bytes, message) => {
    expect(() => deserialize(bytes)).toThrow(message);
    expect(() => deserialize(bytes)).toThrow(/^Statistics\.deserialize: bytes: expected serialized statistics: /);
  });

  it('may hold counts up to 2^63 - 1, which do not add up beyond', () => {
    const zeros = (count: bigint) => deserialize(encoded({ zeros: count, range: [0, 0] }));
    const statistics = zeros(2n ** 63n - 2n);
    statistics.merge(zeros(1n));
    expect(statistics.summary().count).toBe(2n ** 63n - 1n);
    const state = stateOf(statistics);
    expect(() => statistics.merge(zeros(1n))).toThrow(/merge: .*2\^63 - 1/);
    expect(stateOf(statistics)).toBe(state);
  });
});
