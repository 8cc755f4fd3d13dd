import { describe, expect, it } from 'vitest';
import { calibratorNames, createCalibrator } from '#calibrators/index.js';
import { native } from '#lib/native.js';
import { shapes, statisticsOf } from '../native/support.js';

const gaussian = statisticsOf(shapes.gaussian(20_000));
const laplace = statisticsOf(shapes.laplace(20_000));
const relu = statisticsOf(shapes.relu(20_000));

describe.each(calibratorNames)('calibrator %s', (name) => {
  const calibrator = createCalibrator(name);

  it('gives one symmetric range per tensor, inside what was observed', async () => {
    const statistics = [gaussian, laplace, gaussian];
    const ranges = await calibrator.ranges(statistics);
    expect(ranges).toHaveLength(3);
    expect(ranges[2]).toEqual(ranges[0]);
    ranges.forEach(({ min, max }, i) => {
      expect(min).toBe(-max);
      expect(max).toBeGreaterThan(0);
      expect(max).toBeLessThanOrEqual(statistics[i]!.summary().amax);
    });
  });

  it('gives one asymmetric range per tensor, inside what was observed, without what the search found beside it', async () => {
    const statistics = [relu, laplace, relu];
    const ranges = await calibrator.asymmetricRanges(statistics);
    expect(ranges).toHaveLength(3);
    expect(ranges[2]).toEqual(ranges[0]);
    ranges.forEach((range, i) => {
      const observed = statistics[i]!.summary();
      expect(Object.keys(range)).toEqual(['min', 'max']);
      expect(range.min).toBeGreaterThanOrEqual(observed.min);
      expect(range.max).toBeLessThanOrEqual(observed.max);
      expect(range.max).toBeGreaterThan(0);
    });
    expect(ranges[0]!.min).toBe(0);
    expect(ranges[1]!.min).toBeLessThan(0);
  });

  it('gives a tensor of zeros an empty range, without a negative zero', async () => {
    expect(await calibrator.ranges([statisticsOf(new Float32Array(5))])).toEqual([{ min: 0, max: 0 }]);
    expect(await calibrator.asymmetricRanges([statisticsOf(new Float32Array(5))])).toEqual([{ min: 0, max: 0 }]);
  });

  it('refuses a tensor with NaN, by its name', async () => {
    const statistics = [gaussian, statisticsOf(Float32Array.of(1, NaN, 2))];
    await expect(calibrator.ranges(statistics, ['a', 'conv1_out'])).rejects.toMatchObject({
      code: 'ERR_CALIBRATION',
      message: expect.stringMatching(/^tensor conv1_out holds 1 NaN among 3 values/) as string,
    });
    await expect(calibrator.ranges(statistics)).rejects.toThrow('tensor number 1 holds');
    await expect(calibrator.asymmetricRanges(statistics, ['a', 'b'])).rejects.toThrow('tensor b holds 1 NaN');
  });

  it('refuses a tensor without a finite value', async () => {
    await expect(calibrator.ranges([statisticsOf()], ['x'])).rejects.toMatchObject({ code: 'ERR_CALIBRATION' });
    await expect(calibrator.ranges([statisticsOf(Float32Array.of(Infinity))], ['x'])).rejects.toThrow(
      'tensor x holds no finite value (1 infinite)',
    );
  });

  it('takes no tensors', async () => {
    expect(await calibrator.ranges([])).toEqual([]);
    expect(await calibrator.asymmetricRanges([])).toEqual([]);
  });
});

describe('createCalibrator', () => {
  it('labels a method with what it was given', () => {
    expect(calibratorNames.map((name) => createCalibrator(name).label)).toEqual([
      'mse',
      'entropy',
      'minmax',
      'percentile(99.99)',
      'kld',
    ]);
    expect(createCalibrator('percentile', { percentile: 99.9 }).label).toBe('percentile(99.9)');
    expect(createCalibrator('mse', { bits: 4 }).label).toBe('mse(bits=4)');
    expect(createCalibrator('kld', { kldVariant: 'source' }).label).toBe('kld(source)');
    expect(createCalibrator('kld', { kldVariant: 'notes', bits: 4 }).label).toBe('kld(bits=4)');
    expect(createCalibrator('kld', { kldVariant: 'source', bits: 4 }).label).toBe('kld(source, bits=4)');
    expect(createCalibrator('minmax').name).toBe('minmax');
  });

  it.each([
    ['toString', {}, "unknown calibration method 'toString': expected mse, entropy, minmax, percentile, kld"],
    ['percentile', { percentile: 0 }, 'percentile: expected a number above 0 and up to 100, got 0'],
    ['percentile', { percentile: 101 }, 'percentile: expected a number above 0 and up to 100, got 101'],
    ['percentile', { percentile: NaN }, 'percentile: expected a number above 0 and up to 100, got NaN'],
    ['mse', { bits: 9 }, 'bits: expected an integer from 2 to 8, got 9'],
    ['entropy', { bits: 7.5 }, 'bits: expected an integer from 2 to 8, got 7.5'],
    ['kld', { bits: 1 }, 'bits: expected an integer from 2 to 8, got 1'],
    ['kld', { kldVariant: 'best' as 'notes' }, 'kldVariant: expected notes or source, got best'],
  ])('refuses %s with %o', (name, options, message) => {
    expect(() => createCalibrator(name, options)).toThrow(expect.objectContaining({ code: 'ERR_USAGE', message }));
  });
});

describe('the methods', () => {
  const range = async (name: string, statistics = gaussian, options = {}) =>
    (await createCalibrator(name, options).ranges([statistics]))[0]!.max;

  it('hand their parameters to the native search', async () => {
    const mse4 = await native().searchThresholds([gaussian], { method: 'mse', bits: 4 }, 1);
    expect(await range('mse', gaussian, { bits: 4 })).toBe(mse4[0]!.threshold);
    expect(await range('mse')).not.toBe(mse4[0]!.threshold);
    const half = await native().searchThresholds([gaussian], { method: 'percentile', percentile: 50 }, 1);
    expect(await range('percentile', gaussian, { percentile: 50 })).toBe(half[0]!.threshold);
    const search = { method: 'entropy', bits: 8, bins: 2048, start: 128, stride: 1 } as const;
    expect(await range('entropy')).toBe((await native().searchThresholds([gaussian], search, 1))[0]!.threshold);
    for (const variant of ['notes', 'source'] as const) {
      const found = await native().searchThresholds([gaussian], { method: 'kld', bits: 4, variant }, 1);
      expect(await range('kld', gaussian, { kldVariant: variant, bits: 4 })).toBe(found[0]!.threshold);
    }
    expect(await range('minmax')).toBe(gaussian.summary().amax);
    expect(await range('percentile', gaussian, { percentile: 100 })).toBe(gaussian.summary().amax);
  });

  it('percentile keeps the full range of a tensor whose values are nearly all zero', async () => {
    const sparse = statisticsOf(new Float32Array(100_000), Float32Array.of(5, -2));
    expect(await range('percentile', sparse)).toBe(5);
    expect(await range('percentile', sparse, { percentile: 99.9985 })).toBeLessThan(2.1);
  });

  it('hand their parameters to the native search of asymmetric ranges', async () => {
    for (const bits of [4, 8]) {
      const [found] = await native().searchAsymmetricRanges([gaussian], { method: 'mse', bits }, 1);
      const [range] = await createCalibrator('mse', { bits }).asymmetricRanges([gaussian]);
      expect(range).toEqual({ min: found!.min, max: found!.max });
    }
  });

  it('percentile keeps the observed range of a tensor of which both ends would be cut off', async () => {
    const sparse = statisticsOf(new Float32Array(100_000), Float32Array.of(5, -2));
    const ends = async (percentile: number) =>
      (await createCalibrator('percentile', { percentile }).asymmetricRanges([gaussian, sparse]))[1]!;
    expect(await ends(99.9)).toEqual({ min: -2, max: 5 });
    const { min, max } = await ends(99.9985);
    expect(min).toBeCloseTo(-2, 2);
    expect(max).toBeCloseTo(5, 2);
  });
});
