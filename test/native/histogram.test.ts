import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { native, type NativeStatistics } from '#lib/native.js';
import { bothSigns, modelHistogram, sparse } from './model.js';
import { shapes, stateOf, statisticsOf, supportedInstructionSets } from './support.js';

/** Values of every kind: all magnitudes, denormals, both zeros, NaN, infinities. */
const anyFloat = fc.oneof(
  fc.float(),
  fc.float({ min: -8, max: 8 }),
  fc.float({ min: Math.fround(-1e-38), max: Math.fround(1e-38) }),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1e-45, -1e-45, 3.4028234663852886e38, 1, -1, 65536, 65535.996),
);
const values = fc.array(anyFloat, { maxLength: 60 }).map((array) => Float32Array.from(array));

describe.each(supportedInstructionSets())('histogram with %s kernels', (instructionSet) => {
  const chosen = native().instructionSet as typeof instructionSet;
  beforeAll(() => native().useInstructionSet(instructionSet));
  afterAll(() => native().useInstructionSet(chosen));

  it('is the one that its definition gives', () => {
    fc.assert(
      fc.property(values, (data) => {
        const statistics = statisticsOf(data);
        const model = modelHistogram(data);
        const { positive, negative, ...expected } = model;
        expect(statistics.summary()).toEqual({
          ...expected,
          amax: Math.max(-expected.min, expected.max),
          bins: 65536,
        });
        expect(sparse(statistics.counts('positive'))).toEqual(positive);
        expect(sparse(statistics.counts('negative'))).toEqual(negative);
        expect(sparse(statistics.counts('both'))).toEqual(bothSigns(model));
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order of the values', () => {
    const shuffled = values.chain((data) =>
      fc.tuple(fc.constant(data), fc.shuffledSubarray([...data], { minLength: data.length })),
    );
    fc.assert(
      fc.property(shuffled, ([data, other]) => {
        expect(stateOf(statisticsOf(Float32Array.from(other)))).toBe(stateOf(statisticsOf(data)));
      }),
    );
  });

  it('does not depend on how the values come in batches', () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 6 }), (batches) => {
        const whole = Float32Array.from(batches.flatMap((batch) => [...batch]));
        expect(stateOf(statisticsOf(...batches))).toBe(stateOf(statisticsOf(whole)));
      }),
    );
  });

  it('takes blocks of every length and alignment', () => {
    const data = Float32Array.from(shapes.heavyTailed(9000), (value, i) => (i % 7 === 0 ? 0 : value));
    const expected = modelHistogram(data);
    for (const length of [1, 7, 8, 9, 15, 16, 17, 31, 4095, 4096, 4097, 8999]) {
      const pieces: Float32Array[] = [];
      for (let from = 0; from < data.length; from += length) pieces.push(data.subarray(from, from + length));
      const statistics = statisticsOf(...pieces);
      expect(sparse(statistics.counts('negative'))).toEqual(expected.negative);
      expect(sparse(statistics.counts('positive'))).toEqual(expected.positive);
      expect(statistics.summary().zeros).toBe(expected.zeros);
    }
  });

  it('finds a value that is not finite wherever it is', () => {
    const data = shapes.gaussian(4200);
    for (const position of [0, 1, 8, 15, 16, 4095, 4096, 4199]) {
      for (const value of [NaN, Infinity, -Infinity]) {
        const spoilt = Float32Array.from(data);
        spoilt[position] = value;
        const { count, nans, infinities } = statisticsOf(spoilt).summary();
        expect([count, nans, infinities]).toEqual([
          4199n,
          Number.isNaN(value) ? 1n : 0n,
          Number.isNaN(value) ? 0n : 1n,
        ]);
      }
    }
  });
});

describe('every instruction set', () => {
  it.each(Object.entries(shapes))('gives the same state for %s values', (_, make) => {
    const data = make(50_000);
    const chosen = native().instructionSet as 'portable';
    const states = supportedInstructionSets().map((name) => {
      native().useInstructionSet(name);
      return stateOf(statisticsOf(data.subarray(1)));
    });
    native().useInstructionSet(chosen);
    expect(new Set(states).size).toBe(1);
  });
});

describe('merge', () => {
  it('equals having accumulated the other values here', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const merged = statisticsOf(a);
        merged.merge(statisticsOf(b));
        expect(stateOf(merged)).toBe(stateOf(statisticsOf(a, b)));
      }),
    );
  });

  it('is commutative and associative, with empty statistics as its neutral element', () => {
    const merge = (...parts: Float32Array[]) => {
      const result = statisticsOf();
      for (const part of parts) result.merge(statisticsOf(part));
      return result;
    };
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const left = merge(a, b);
        left.merge(statisticsOf(c));
        const right = statisticsOf(a);
        right.merge(merge(b, c));
        expect(stateOf(left)).toBe(stateOf(right));
        expect(stateOf(merge(c, b, a))).toBe(stateOf(left));
      }),
    );
  });

  it('takes itself', () => {
    fc.assert(
      fc.property(values, (data) => {
        const statistics = statisticsOf(data);
        statistics.merge(statistics);
        expect(stateOf(statistics)).toBe(stateOf(statisticsOf(data, data)));
      }),
    );
  });
});

describe('counts that pass 32 bits', () => {
  const data = Float32Array.of(1.5, -0.25, 1.5);
  const doubled = (times: number, values = data): NativeStatistics => {
    const statistics = statisticsOf(values);
    for (let i = 0; i < times; i++) statistics.merge(statistics);
    return statistics;
  };
  const binOf = (value: number): number => Math.floor(value / 2 ** -15);

  it.each([29, 30, 31, 32, 40])('by merging: 2^%i times three values', (times) => {
    const statistics = doubled(times);
    expect(statistics.summary().count).toBe(3n << BigInt(times));
    expect(sparse(statistics.counts('positive'))).toEqual([[binOf(1.5), 2n << BigInt(times)]]);
    expect(sparse(statistics.counts('negative'))).toEqual([[binOf(0.25), 1n << BigInt(times)]]);
  });

  it('by values that come one after the other', () => {
    const value = Float32Array.of(1.5);
    const statistics = doubled(31, value);
    for (let times = 30; times > 21; times--) statistics.merge(doubled(times, value));
    // One bin holds 4 million less than 2^32.
    const more = new Float32Array(1_000_000).fill(1.5);
    for (let i = 0; i < 6; i++) statistics.accumulate(more);
    expect(sparse(statistics.counts('positive'))).toEqual([[binOf(1.5), (1n << 32n) - (1n << 22n) + 6_000_000n]]);
  });

  it('before bins merge', () => {
    const statistics = doubled(31);
    statistics.accumulate(data);
    statistics.accumulate(Float32Array.of(3));
    expect(sparse(statistics.counts('positive'))).toEqual([
      [binOf(1.5) / 2, (2n << 31n) + 2n],
      [binOf(3) / 2, 1n],
    ]);
  });
});

describe('accumulateAll', () => {
  it.each([1, 2, 5])('on %i threads equals one accumulate() after the other', (threads) => {
    const data = [
      shapes.gaussian(700_000),
      new Float32Array(0),
      shapes.relu(300_001),
      Float32Array.of(NaN, 1e30, -0),
      shapes.heavyTailed(40_000),
    ];
    const statistics = data.map(() => statisticsOf(Float32Array.of(0.25)));
    native().accumulateAll(statistics, data, threads);
    native().accumulateAll(statistics, data, threads);
    const expected = data.map((each) => stateOf(statisticsOf(Float32Array.of(0.25), each, each)));
    expect(statistics.map(stateOf)).toEqual(expected);
  });

  it('does nothing for no tensors', () => {
    expect(() => native().accumulateAll([], [], 2)).not.toThrow();
  });
});

describe('rebin', () => {
  it('keeps the mass of the non-zero values and fills the last bin', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 5000 }), (data, bins) => {
        const statistics = statisticsOf(data);
        const { count, zeros, amax } = statistics.summary();
        const counts = statistics.rebin(bins);
        const mass = counts.reduce((sum, each) => sum + each, 0);
        expect(counts).toHaveLength(bins);
        expect(counts.every((each) => each >= 0)).toBe(true);
        expect(mass).toBeCloseTo(Number(count - zeros), 6);
        if (amax > 0) expect(counts[bins - 1]).toBeGreaterThan(0);
      }),
    );
  });

  it('splits a fine bin in proportion to what it overlaps', () => {
    // amax = 49152 fine bins of width 1: on 2,048 bins of width 24 every 24 fine bins are one.
    const data = Float32Array.from([...Array(49152).keys()], (i) => i + 0.5);
    data[49151] = 49152;
    const counts = statisticsOf(data).rebin(2048);
    expect([...counts]).toEqual(Array(2048).fill(24));
    // On 32,768 bins of width 1.5 the second of three fine bins is cut in half.
    const [first, second, third] = statisticsOf(Float32Array.of(1.5, 49152)).rebin(32768);
    expect(first).toBeCloseTo(0.5, 12);
    expect(second).toBeCloseTo(0.5, 12);
    expect(third).toBe(0);
  });
});
