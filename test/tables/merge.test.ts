import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalibrator } from '#calibrators/index.js';
import { addHashes, hashSamples } from '#lib/data/hash.js';
import { native, type NativeStatistics } from '#lib/native.js';
import {
  asymmetricRange,
  mergeTables,
  packStatistics,
  parseTable,
  serializeTable,
  symmetricRange,
  unpackStatistics,
  type CalibrationTable,
} from '#lib/tables/index.js';

const digest = (sample: number): string => (sample + 1).toString(16).padStart(64, 'f');

/** Statistics of made-up activations of two tensors over some samples. */
function statistics(samples: readonly number[]): [string, NativeStatistics][] {
  return ['a', 'b'].map((name, tensor) => {
    const entry = new (native().Statistics)();
    for (const sample of samples) {
      entry.accumulate(
        Float32Array.from({ length: 200 }, (_, i) => Math.sin(i * (sample + 1) + tensor) * (sample + 1)),
      );
    }
    return [name, entry];
  });
}

/** The table of a calibration on these samples. */
async function calibrated(samples: readonly number[], method = 'mse'): Promise<CalibrationTable> {
  const entries = statistics(samples);
  const calibrator = createCalibrator(method);
  const ranges = await calibrator.ranges(entries.map(([, entry]) => entry));
  return {
    method: calibrator.label,
    model: { name: 'model.onnx', sha256: 'ab'.repeat(32) },
    data: { hash: hashSamples(samples.map(digest)), samples: samples.length, preprocessing: { mean: [0] } },
    conditions: { calibrt: '0.1.0', onnxruntime: '1.30.0', instructionSet: 'avx2', threads: 2 },
    tensors: Object.fromEntries(
      entries.map(([name, entry], i) => [name, symmetricRange(ranges[i]!.max, entry.summary())]),
    ),
    statistics: await packStatistics(entries),
  };
}

describe('merging', () => {
  it.each(['mse', 'minmax', 'entropy', 'percentile'])('two halves gives the table of the whole: %s', async (method) => {
    const whole = await calibrated([0, 1, 2, 3, 4], method);
    const parts = [await calibrated([3, 0], method), await calibrated([4, 2, 1], method)];
    const merged = await mergeTables(parts, createCalibrator(method));
    expect(merged).toEqual(whole);
    expect(serializeTable(merged, 'calibrt')).toBe(serializeTable(whole, 'calibrt'));
  });

  it('takes tables that were written and read', async () => {
    const parts = [await calibrated([0]), await calibrated([1]), await calibrated([2])].map((part) =>
      parseTable(Buffer.from(serializeTable(part, 'calibrt')), 'part.json'),
    );
    expect(await mergeTables(parts, createCalibrator('mse'))).toEqual(await calibrated([0, 1, 2]));
  });

  it('does not know the data where a part does not', async () => {
    const part = await calibrated([0]);
    const unknown = { ...part, data: { ...part.data!, hash: null } };
    expect((await mergeTables([part, unknown], createCalibrator('mse'))).data).toMatchObject({
      hash: null,
      samples: 2,
    });
  });

  it.each([
    ['models', { model: { name: 'other.onnx', sha256: 'cd'.repeat(32) } }],
    ['preprocessing', { data: { hash: null, samples: 1, preprocessing: { mean: [127] } } }],
    ['conditions', { conditions: { calibrt: '0.1.0', onnxruntime: '1.30.0', instructionSet: 'avx2', threads: 1 } }],
    ['kinds of ranges', { tensors: { a: asymmetricRange(0, 1), b: asymmetricRange(-0.5, 1) } }],
    ['tensors', { statistics: {} }],
  ])('refuses different %s', async (what, difference) => {
    const part = await calibrated([0]);
    const files = ['a.json', 'b.json'];
    const merging = mergeTables([part, { ...part, ...difference }], createCalibrator('mse'), files);
    await expect(merging).rejects.toMatchObject({
      code: 'ERR_TABLE_MISMATCH',
      message: expect.stringContaining(`a.json and b.json have different ${what}`) as string,
    });
  });

  it('refuses the same samples twice, whatever their order and the method', async () => {
    const parts = [await calibrated([0, 1]), await calibrated([2]), await calibrated([1, 0], 'minmax')];
    await expect(mergeTables(parts, createCalibrator('mse'), ['a.json', 'b.json', 'c.json'])).rejects.toMatchObject({
      code: 'ERR_TABLE_MISMATCH',
      message: expect.stringMatching(/^a\.json and c\.json hold the same samples \(data [0-9a-f]{12}…\)/) as string,
    });
  });

  it('refuses a single table, and tables without statistics', async () => {
    const bare: CalibrationTable = { method: 'mse', tensors: {} };
    const calibrator = createCalibrator('mse');
    await expect(mergeTables([bare], calibrator)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(mergeTables([bare, bare], calibrator)).rejects.toThrow(
      /only tables with statistics can be merged, and table 1 holds none/,
    );
    const part = await calibrated([0]);
    await expect(mergeTables([part, bare], calibrator, ['a.json', 'b.cache'])).rejects.toThrow(/b\.cache holds none/);
  });
});

describe('packed statistics', () => {
  it('come back bit for bit', async () => {
    const entries = statistics([0, 5]);
    const back = await unpackStatistics(await packStatistics(entries));
    for (const [name, entry] of entries) expect(back.get(name)!.serialize()).toEqual(entry.serialize());
  });

  it('that are damaged are refused, naming the tensor', async () => {
    const packed = await packStatistics(statistics([0]));
    await expect(unpackStatistics({ ...packed, a: packed['a']!.slice(0, 40) })).rejects.toMatchObject({
      code: 'ERR_TABLE_INVALID',
      message: expect.stringContaining('tensor a') as string,
    });
    const { deflateSync } = await import('node:zlib');
    const garbage = deflateSync(Buffer.from('not statistics')).toString('base64');
    await expect(unpackStatistics({ a: garbage })).rejects.toMatchObject({ code: 'ERR_TABLE_INVALID' });
  });
});

describe('hashes of data', () => {
  it('add up, in any order', () => {
    const digests = fc.array(fc.nat().map((value) => digest(value)));
    fc.assert(
      fc.property(digests, digests, (a, b) => {
        expect(hashSamples([...b, ...a])).toBe(addHashes(hashSamples(a), hashSamples(b)));
        expect(hashSamples(a)).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });
});
