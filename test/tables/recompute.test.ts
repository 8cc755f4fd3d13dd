import { describe, expect, it } from 'vitest';
import { calibratorNames, createCalibrator } from '#calibrators/index.js';
import { native } from '#lib/native.js';
import {
  asymmetricRange,
  calibratorOfLabel,
  packStatistics,
  recomputeTable,
  symmetricRange,
  type CalibrationTable,
} from '#lib/tables/index.js';

const values = Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i) ** 9 * (i % 97 === 0 ? 40 : 3));

async function minmaxTable(): Promise<CalibrationTable> {
  const statistics = new (native().Statistics)();
  statistics.accumulate(values);
  return {
    method: 'minmax',
    data: { hash: null, samples: 1, preprocessing: null },
    tensors: { x: symmetricRange(statistics.summary().amax, statistics.summary()) },
    statistics: await packStatistics([['x', statistics]]),
  };
}

describe('recomputing', () => {
  it.each(calibratorNames)('by %s gives what that calibrator finds, and keeps the rest', async (name) => {
    const table = await minmaxTable();
    const calibrator = createCalibrator(name);
    const statistics = new (native().Statistics)();
    statistics.accumulate(values);
    const [expected] = await calibrator.ranges([statistics]);
    const recomputed = await recomputeTable(table, calibrator);
    expect(recomputed.tensors['x']).toEqual(symmetricRange(expected!.max, statistics.summary()));
    expect(recomputed).toMatchObject({ method: calibrator.label, data: table.data, statistics: table.statistics });
  });

  it('back to the first method gives the first table', async () => {
    const table = await minmaxTable();
    const there = await recomputeTable(table, createCalibrator('percentile', { percentile: 90 }));
    expect(there.tensors['x']!.amax).toBeLessThan(table.tensors['x']!.amax);
    expect(await recomputeTable(there, createCalibrator('minmax'))).toEqual(table);
  });

  it('keeps asymmetric ranges asymmetric', async () => {
    const table = await minmaxTable();
    const statistics = new (native().Statistics)();
    statistics.accumulate(values.map((value) => Math.abs(value)));
    const summary = statistics.summary();
    const asymmetric = {
      ...table,
      tensors: { x: asymmetricRange(summary.min, summary.max, summary) },
      statistics: await packStatistics([['x', statistics]]),
    };
    const { tensors } = await recomputeTable(asymmetric, createCalibrator('percentile', { percentile: 90 }));
    expect(tensors['x']!.min).toBe(0);
    expect(tensors['x']!.max).toBeLessThan(summary.max);
    expect(tensors['x']!.scale).toBe(Math.fround(tensors['x']!.max / 255));
    expect((await recomputeTable(asymmetric, createCalibrator('minmax'))).tensors).toEqual(asymmetric.tensors);
  });

  it('refuses a table without statistics, or not of each tensor', async () => {
    const table = await minmaxTable();
    const { statistics, ...bare } = table;
    expect(statistics).toBeDefined();
    const calibrator = createCalibrator('mse');
    await expect(recomputeTable(bare, calibrator, 'x.cache')).rejects.toMatchObject({
      code: 'ERR_TABLE_MISMATCH',
      message: expect.stringMatching(/searched anew, and x\.cache holds none/) as string,
    });
    const more = { ...table, tensors: { ...table.tensors, y: symmetricRange(1) } };
    await expect(recomputeTable(more, calibrator)).rejects.toThrow(/tensor y, but no statistics/);
  });
});

describe('the label of a method', () => {
  it.each([
    ...calibratorNames.map((name) => createCalibrator(name)),
    createCalibrator('percentile', { percentile: 99.999 }),
    createCalibrator('mse', { bits: 6 }),
    createCalibrator('kld', { kldVariant: 'source', bits: 7 }),
  ])('$label names its calibrator', ({ name, label }) => {
    expect(calibratorOfLabel(label)).toMatchObject({ name, label });
  });

  it.each(['auto', 'EntropyCalibration2', 'percentile(0)', 'mse(', '', 'KL'])('%j names none', (label) => {
    expect(calibratorOfLabel(label)).toBeUndefined();
  });
});
