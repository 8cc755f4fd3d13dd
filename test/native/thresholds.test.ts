import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { native, type NativeStatistics, type Threshold, type ThresholdSearch } from '#lib/native.js';
import { scaled, shapes, statisticsOf } from './support.js';

const mse: ThresholdSearch = { method: 'mse', bits: 8 };
const entropy: ThresholdSearch = { method: 'entropy', bits: 8, bins: 2048, start: 128, stride: 1 };
const percentile = (value: number): ThresholdSearch => ({ method: 'percentile', percentile: value });
const all: [string, ThresholdSearch][] = [
  ['minmax', { method: 'minmax' }],
  ['mse', mse],
  ['entropy', entropy],
  ['percentile', percentile(99.9)],
  ['kld', { method: 'kld', bits: 8, variant: 'notes' }],
  ['kld of the source', { method: 'kld', bits: 8, variant: 'source' }],
];
const data = Object.entries(shapes).map(([name, make]) => [name, make(60_000)] as const);

async function search(statistics: NativeStatistics, options: ThresholdSearch): Promise<Threshold> {
  const [threshold] = await native().searchThresholds([statistics], options, 1);
  return threshold!;
}

/** Mean squared error of symmetric quantization to ±(2^(bits-1) - 1) levels, over the values themselves. */
function quantizationError(values: Float32Array, threshold: number, bits: number): number {
  const top = 2 ** (bits - 1) - 1;
  const scale = threshold / top;
  let sum = 0;
  for (const value of values) {
    const level = Math.max(-top, Math.min(top, Math.round(value / scale)));
    sum += (value - level * scale) ** 2;
  }
  return sum / values.length;
}

describe.each(all)('%s threshold', (_, options) => {
  it.each(data)('of %s values scales exactly with a power of two', async (_name, values) => {
    const { threshold } = await search(statisticsOf(values), options);
    for (const exponent of [-20, -1, 1, 7, 40]) {
      const other = await search(statisticsOf(scaled(values, 2 ** exponent)), options);
      expect(other.threshold).toBe(threshold * 2 ** exponent);
    }
  });

  it.each(data)('of %s values lies in (0, amax]', async (_name, values) => {
    const statistics = statisticsOf(values);
    const { threshold, loss } = await search(statistics, options);
    expect(threshold).toBeGreaterThan(0);
    expect(threshold).toBeLessThanOrEqual(statistics.summary().amax);
    expect(loss).toBeGreaterThanOrEqual(0);
    expect(loss).toBeLessThan(Infinity);
  });

  it('is 0 where there is no value but zero, or none at all', async () => {
    for (const values of [[], [0, -0, 0], [NaN, Infinity]]) {
      expect(await search(statisticsOf(Float32Array.from(values)), options)).toEqual({ threshold: 0, loss: 0 });
    }
  });

  it('of denormal and of very large values is finite', async () => {
    for (const factor of [1e-44, 1e-38, 1e34]) {
      const statistics = statisticsOf(scaled(data[0]![1].subarray(0, 1000), factor));
      const { amax } = statistics.summary();
      const { threshold } = await search(statistics, options);
      expect(threshold).toBeGreaterThan(0);
      expect(threshold).toBeLessThanOrEqual(amax);
    }
  });

  it('does not depend on the number of threads', async () => {
    const statistics = data.map(([, values]) => statisticsOf(values));
    const [one, many] = await Promise.all([1, 7].map((n) => native().searchThresholds(statistics, options, n)));
    expect(many).toEqual(one);
  });
});

describe('mse', () => {
  it.each(data)(
    'moves by at most 1 %% of itself as %s values are scaled by what is no power of two',
    async (_, values) => {
      const statistics = statisticsOf(values);
      const share = (await search(statistics, mse)).threshold / statistics.summary().amax;
      for (let factor = 1.02; factor < 2; factor += 0.08) {
        const other = statisticsOf(scaled(values, factor));
        const moved = (await search(other, mse)).threshold / other.summary().amax / share;
        expect(Math.abs(moved - 1)).toBeLessThan(0.01);
      }
    },
  );

  it.each(data)('of %s values is as good as the best of a brute-force search over the values', async (_, values) => {
    for (const bits of [8, 4]) {
      const statistics = statisticsOf(values);
      const { amax } = statistics.summary();
      const { threshold, loss } = await search(statistics, { method: 'mse', bits });
      const errors = Array.from({ length: 100 }, (_unused, i) =>
        quantizationError(values, (amax * (i + 1)) / 100, bits),
      );
      const reached = quantizationError(values, threshold, bits);
      expect(reached).toBeLessThan(Math.min(...errors) * 1.005);
      expect(loss / reached).toBeCloseTo(1, 1);
    }
  });

  it('of a Gaussian is where theory puts it: 3.92 standard deviations at 8 bits', async () => {
    const { threshold } = await search(statisticsOf(shapes.gaussian(2_000_000)), mse);
    expect(threshold).toBeGreaterThan(3.88);
    expect(threshold).toBeLessThan(3.96);
  });
});

describe('percentile', () => {
  const magnitudes = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 300 });

  it('is the least magnitude with that share at or below it, to one bin width', async () => {
    await fc.assert(
      fc.asyncProperty(magnitudes, fc.double({ min: 0.1, max: 100, noNaN: true }), async (values, kept) => {
        const statistics = statisticsOf(Float32Array.from(values));
        const { threshold } = await search(statistics, percentile(kept));
        const sorted = values.map(Math.abs).sort((a, b) => a - b);
        const wanted = (kept / 100) * sorted.length;
        const exact = sorted[Math.ceil(wanted) - 1]!;
        const { binWidth, amax } = statistics.summary();
        expect(Math.abs(threshold - exact)).toBeLessThanOrEqual(binWidth);
        expect(threshold).toBeLessThanOrEqual(amax);
      }),
    );
  });

  it('counts zeros, and interpolates inside a bin', async () => {
    // Bin width 2^-15 for amax 1.5; 10 zeros, 10 values in the bin of 1, one at amax.
    const values = Float32Array.from([...Array<number>(10).fill(0), ...Array<number>(10).fill(1), 1.5]);
    const share = (count: number) => percentile((100 * count) / 21);
    const at = async (count: number) => (await search(statisticsOf(values), share(count))).threshold;
    expect(await at(9)).toBe(0);
    expect(await at(12.5)).toBeCloseTo(1 + 0.25 * 2 ** -15, 9);
    expect(await at(20)).toBeCloseTo(1 + 2 ** -15, 9);
    expect(await at(21)).toBe(1.5);
  });
});

describe('entropy', () => {
  it('does not see zeros, which calibrators that keep them in the first bin overwrite with the second', async () => {
    const values = shapes.laplace(60_000);
    const without = await search(statisticsOf(values), entropy);
    const withZeros = await search(statisticsOf(values, new Float32Array(1_000_000)), entropy);
    expect(withZeros).toEqual(without);
  });

  it('is the search on 2,048 bins over [0, amax] whatever amax is', async () => {
    const statistics = statisticsOf(scaled(shapes.heavyTailed(60_000), 1.37));
    const { threshold, loss } = await search(statistics, entropy);
    const { index, divergence } = native().searchEntropy(statistics.rebin(2048), 8, 128, 1);
    expect(loss).toBe(divergence);
    expect(threshold).toBeCloseTo((index / 2048) * statistics.summary().amax, 12);
  });
});

describe('kld', () => {
  const kld = (variant: 'notes' | 'source', bits = 8): ThresholdSearch => ({ method: 'kld', bits, variant });

  it('is the search on 2,048 bins over [0, amax], its threshold half a bin above the last kept', async () => {
    for (const bits of [8, 4, 2]) {
      const statistics = statisticsOf(scaled(shapes.heavyTailed(60_000), 1.37));
      const { threshold, loss } = await search(statistics, kld('notes', bits));
      const { index, divergence } = native().searchKld(statistics.rebin(2048), bits);
      expect(loss).toBe(divergence);
      expect(threshold).toBeCloseTo(Math.min((index + 0.5) / 2048, 1) * statistics.summary().amax, 12);
    }
  });

  it('does not see zeros', async () => {
    const values = shapes.laplace(60_000);
    for (const variant of ['notes', 'source'] as const) {
      const without = await search(statisticsOf(values), kld(variant));
      expect(await search(statisticsOf(values, new Float32Array(1_000_000)), kld(variant))).toEqual(without);
    }
  });

  it('takes multiples of 128 bins of amax/2047 in the variant of the source', async () => {
    for (const [, values] of data) {
      const statistics = statisticsOf(values);
      const { amax } = statistics.summary();
      const { threshold } = await search(statistics, kld('source'));
      const step = ((threshold / amax) * 2047) / 128;
      expect(threshold === amax || Math.abs(step - Math.round(step)) < 1e-9).toBe(true);
    }
  });
});

describe('searchThresholds', () => {
  it('works on the statistics as they were when it was called', async () => {
    const statistics = statisticsOf(shapes.gaussian(10_000));
    const before = await search(statistics, mse);
    const running = search(statistics, mse);
    statistics.accumulate(Float32Array.of(1000));
    expect(await running).toEqual(before);
    expect((await search(statistics, { method: 'minmax' })).threshold).toBe(1000);
  });

  it('gives one threshold for each, in order', async () => {
    const statistics = [3, 1, 2].map((amax) => statisticsOf(Float32Array.of(amax, 0.5)));
    const found = await native().searchThresholds(statistics, { method: 'minmax' }, 2);
    expect(found.map(({ threshold }) => threshold)).toEqual([3, 1, 2]);
    expect(await native().searchThresholds([], { method: 'minmax' }, 2)).toEqual([]);
  });
});
