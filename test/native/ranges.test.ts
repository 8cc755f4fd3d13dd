import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { native, type NativeStatistics, type SearchedRange, type ThresholdSearch } from '#lib/native.js';
import { scaled, shapes, statisticsOf } from './support.js';

const entropy: ThresholdSearch = { method: 'entropy', bits: 8, bins: 2048, start: 128, stride: 1 };
const kld: ThresholdSearch = { method: 'kld', bits: 8, variant: 'notes' };
const mse = (bits: number): ThresholdSearch => ({ method: 'mse', bits });
const percentile = (value: number): ThresholdSearch => ({ method: 'percentile', percentile: value });
const all: [string, ThresholdSearch][] = [
  ['minmax', { method: 'minmax' }],
  ['percentile', percentile(99.9)],
  ['mse', mse(8)],
  ['mse of 4 bits', mse(4)],
  ['entropy', entropy],
  ['kld', kld],
  ['kld of the source', { method: 'kld', bits: 8, variant: 'source' }],
];

const silu = shapes.gaussian(30_000).map((x) => (3 * x) / (1 + Math.exp(-3 * x)));
const data: [string, Float32Array][] = [
  ...Object.entries(shapes).map(([name, make]): [string, Float32Array] => [name, make(30_000)]),
  ['negative', shapes.relu(30_000).map((x) => -x)],
  ['silu', silu],
  ['shifted', shapes.gaussian(30_000).map((x) => x + 2)],
  ['far from 0', shapes.gaussian(30_000).map((x) => 100 + x)],
  ['constant', new Float32Array(10).fill(-3)],
];
const values = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 200 });

async function search(statistics: NativeStatistics, options: ThresholdSearch): Promise<SearchedRange> {
  const [range] = await native().searchAsymmetricRanges([statistics], options, 1);
  return range!;
}

const flipped = (array: Float32Array) => array.map((value) => -value);
const mirrored = ({ min, max, loss }: SearchedRange) => ({ min: 0 - max, max: 0 - min, loss });

/** Mean squared error of affine quantization as ONNX Runtime does it: levels 0 to 2^bits - 1, the zero point rounded. */
function affineError(array: Float32Array, { min, max }: { min: number; max: number }, bits: number): number {
  const top = 2 ** bits - 1;
  const scale = (max - min) / top;
  const zeroPoint = Math.round(-min / scale);
  let sum = 0;
  for (const value of array) {
    const level = Math.max(0, Math.min(top, Math.round(value / scale) + zeroPoint));
    sum += (value - (level - zeroPoint) * scale) ** 2;
  }
  return sum / array.length;
}

describe.each(all)('asymmetric range by %s', (_, options) => {
  it('contains 0 and lies inside what was observed', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (array) => {
        const statistics = statisticsOf(Float32Array.from(array));
        const { min, max, loss } = await search(statistics, options);
        const observed = statistics.summary();
        expect(min).toBeLessThanOrEqual(0);
        expect(max).toBeGreaterThanOrEqual(0);
        expect(min).toBeGreaterThanOrEqual(Math.min(0, observed.min));
        expect(max).toBeLessThanOrEqual(Math.max(0, observed.max));
        expect(Object.is(min, -0) || Object.is(max, -0)).toBe(false);
        expect(loss).toBeGreaterThanOrEqual(0);
        expect(loss).toBeLessThan(Infinity);
      }),
    );
  });

  it.each(data)('of %s values is not empty, and scales exactly with a power of two', async (_name, array) => {
    const { min, max } = await search(statisticsOf(array), options);
    expect(max - min).toBeGreaterThan(0);
    for (const exponent of [-20, -1, 1, 7, 40]) {
      const factor = 2 ** exponent;
      const other = await search(statisticsOf(scaled(array, factor)), options);
      expect([other.min, other.max]).toEqual([min * factor, max * factor]);
    }
  });

  it.each(data)('of %s values flips with their sign', async (_name, array) => {
    const range = await search(statisticsOf(array), options);
    expect(await search(statisticsOf(flipped(array)), options)).toEqual(mirrored(range));
  });

  it('is empty where there is no value but zero, or none at all', async () => {
    for (const array of [[], [0, -0, 0], [NaN, Infinity]]) {
      expect(await search(statisticsOf(Float32Array.from(array)), options)).toEqual({ min: 0, max: 0, loss: 0 });
    }
  });

  it('of denormal and of very large values is finite', async () => {
    for (const factor of [1e-44, 1e-38, 1e34]) {
      const { min, max } = await search(statisticsOf(scaled(shapes.gaussian(1000), factor)), options);
      expect(max).toBeGreaterThan(min);
      expect(max - min).toBeLessThan(Infinity);
    }
  });

  it('does not depend on the number of threads', async () => {
    const statistics = data.map(([, array]) => statisticsOf(array));
    const [one, many] = await Promise.all([1, 5].map((n) => native().searchAsymmetricRanges(statistics, options, n)));
    expect(many).toEqual(one);
  });
});

describe('minmax', () => {
  it('is what was observed, and 0', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (array) => {
        const found = await search(statisticsOf(Float32Array.from(array)), { method: 'minmax' });
        expect(found).toEqual({ min: Math.min(0, ...array) + 0, max: Math.max(0, ...array) + 0, loss: 0 });
      }),
    );
  });
});

describe('percentile', () => {
  it('cuts half of the rest from either end, to one bin width', async () => {
    await fc.assert(
      fc.asyncProperty(values, fc.double({ min: 0.1, max: 100, noNaN: true }), async (array, kept) => {
        const statistics = statisticsOf(Float32Array.from(array));
        const { min, max } = await search(statistics, percentile(kept));
        const sorted = [...array].sort((a, b) => a - b);
        const wanted = (1 - (1 - kept / 100) / 2) * sorted.length;
        const { binWidth } = statistics.summary();
        expect(Math.abs(max - Math.max(0, sorted[Math.ceil(wanted) - 1]!))).toBeLessThanOrEqual(binWidth);
        expect(Math.abs(min - Math.min(0, sorted.at(-Math.ceil(wanted))!))).toBeLessThanOrEqual(binWidth);
      }),
    );
  });

  it('of 100 is what was observed', async () => {
    const found = await search(statisticsOf(Float32Array.of(-3, 0.25, 7)), percentile(100));
    expect(found).toEqual({ min: -3, max: 7, loss: 0 });
  });
});

describe('mse', () => {
  const grid = Array.from({ length: 41 }, (_, i) => i / 40);

  it.each(data)('of %s values is as good as the best of a brute-force search of both ends', async (_, array) => {
    const few = array.subarray(0, 1500);
    const statistics = statisticsOf(few);
    const low = Math.min(0, statistics.summary().min);
    const high = Math.max(0, statistics.summary().max);
    const lows = low === 0 ? [0] : grid.map((share) => share * low);
    const highs = high === 0 ? [0] : grid.map((share) => share * high);
    const ends = lows.flatMap((min) => highs.map((max) => ({ min, max })).filter(({ max }) => max > min));
    for (const bits of [8, 4]) {
      const found = await search(statistics, mse(bits));
      const reached = affineError(few, found, bits);
      const best = Math.min(...ends.map((end) => affineError(few, end, bits)));
      const { binWidth } = statistics.summary();
      expect(reached).toBeLessThanOrEqual(best * 1.01 + binWidth ** 2);
      expect(Math.abs(found.loss - reached)).toBeLessThanOrEqual(0.05 * reached + binWidth ** 2);
    }
  });

  it('gives one-sided values all levels: half the error of the symmetric range, and less', async () => {
    const relu = shapes.relu(30_000);
    const { min, max, loss } = await search(statisticsOf(relu), mse(8));
    expect(min).toBe(0);
    expect(affineError(relu, { min, max }, 8) / loss).toBeCloseTo(1, 1);
    const [symmetric] = await native().searchThresholds([statisticsOf(relu)], mse(8), 1);
    expect(loss).toBeLessThan(symmetric!.loss * 0.35);
  });

  it('gives a short negative side its whole length', async () => {
    const statistics = statisticsOf(silu);
    const { min, max } = await search(statistics, mse(8));
    expect(min / statistics.summary().min).toBeGreaterThan(0.8);
    expect(max).toBeGreaterThan(7);
  });
});

describe.each([
  ['entropy', entropy, { ...entropy, bits: 9 }],
  ['entropy of 4 bits', { ...entropy, bits: 4 }, { ...entropy, bits: 5 }],
] as const)('%s', (_, options, wider) => {
  it('searches values of one sign with twice the levels', async () => {
    const statistics = statisticsOf(shapes.relu(30_000));
    const [threshold] = await native().searchThresholds([statistics], wider, 1);
    expect(await search(statistics, options)).toEqual({ min: 0, max: threshold!.threshold, loss: threshold!.loss });
  });
});

describe.each([
  ['entropy', entropy],
  ['kld', kld],
] as const)('%s', (_, options) => {
  it('cuts the symmetric range of values of both signs to what was observed', async () => {
    for (const array of [silu, shapes.gaussian(30_000), flipped(silu)]) {
      const statistics = statisticsOf(array);
      const observed = statistics.summary();
      const [found] = await native().searchThresholds([statistics], options, 1);
      const { threshold, loss } = found!;
      const expected = { min: Math.max(-threshold, observed.min), max: Math.min(threshold, observed.max), loss };
      expect(await search(statistics, options)).toEqual(expected);
    }
  });
});

it.each(data)('kld tries the same thresholds on %s values of one sign, with 256 levels', async (_name, array) => {
  const statistics = statisticsOf(array.map(Math.abs));
  const { min, max } = await search(statistics, kld);
  const { amax } = statistics.summary();
  const step = ((max / amax) * 2048 - 0.5) / 128;
  expect(min).toBe(0);
  expect(max === amax || Math.abs(step - Math.round(step)) < 1e-9).toBe(true);
});
