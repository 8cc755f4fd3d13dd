import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildEngine,
  EntropyCalibrator2,
  MinMaxCalibrator,
  PercentileCalibrator,
  type BuildOptions,
  type NativeCalibrator,
} from '#lib/backends/tensorrt/index.js';
import type { NamedTensors } from '#lib/data/index.js';
import type { OperationOptions } from '#lib/progress.js';
import { parseTensorRtCache, symmetricRange, writeTable } from '#lib/tables/index.js';
import { recorded, withoutBridge, type DoubleCall } from '../support/double.js';
import { fold, row } from './networks.js';

const without = withoutBridge('10');
const profiles = [{ x: { min: [1, 3], opt: [2, 3], max: [4, 3] } }];

/** Samples of one row each; the greatest magnitude is that of the last. */
function rows(count: number): NamedTensors[] {
  return Array.from({ length: count }, (_, index) => ({ x: row(index, -index, index + 1) }));
}

describe.skipIf(without !== '')(`native calibrators on the double${without}`, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'calibrt-calibrators-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function build(calibrator: NativeCalibrator, options: BuildOptions & OperationOptions = {}, fail?: string[]) {
    const warnings: string[] = [];
    const outcome = await recorded({ flavour: '10', ...(fail && { fail }) }, () =>
      buildEngine(fold(), {
        flavour: '10',
        int8: true,
        profiles,
        calibrator,
        onWarning: (message) => warnings.push(message),
        ...options,
      }),
    );
    return { ...outcome, warnings };
  }

  it.each([
    ['EntropyCalibration2', EntropyCalibrator2],
    ['MinMaxCalibration', MinMaxCalibrator],
    ['LegacyCalibration', PercentileCalibrator],
  ])('%s asks for batches once, and for none when its cache is there', async (algorithm, Calibrator) => {
    const cache = join(folder, `${algorithm}.cache`);
    const first = await build(new Calibrator(rows(6), { cache }));
    expect(first.error).toBeUndefined();
    expect(first.result?.calibration).toMatchObject({ from: 'samples', samples: 6, batches: 3 });
    expect(batchesGiven(first.calls).map((call) => call['amax:x'])).toEqual([2, 4, 6]);
    expect(first.calls).toContainEqual(expect.objectContaining({ call: 'setInt8Calibrator', algorithm }));
    expect(readFileSync(cache)).toEqual(Buffer.from(first.result!.calibration!.cache));
    expect(readFileSync(cache, 'utf8')).toMatch(new RegExp(`^TRT-101600-${algorithm}\n`));

    const second = await build(
      new Calibrator(
        () => {
          throw new Error('no sample was to be asked for');
        },
        { cache },
      ),
    );
    expect(second.error).toBeUndefined();
    expect(second.result?.calibration).toMatchObject({ from: 'cache', samples: 0, batches: 0 });
    expect(batchesGiven(second.calls)).toEqual([]);
    expect(readFileSync(cache)).toEqual(Buffer.from(second.result!.calibration!.cache));
  });

  it('gives TensorRT the very values, in batches of the calibration shape', async () => {
    const { result, calls } = await build(new MinMaxCalibrator(rows(4)), { calibrationShapes: { x: [4, 3] } });
    expect(batchesGiven(calls)).toMatchObject([{ 'count:x': 12, 'amax:x': 4 }]);
    expect(scalesOf(result!.calibration!.cache)['x']).toBeCloseTo(4 / 127, 6);
  });

  it('serves a cache of another TensorRT version with the running header', async () => {
    const cache = join(folder, 'older.cache');
    writeFileSync(cache, 'TRT-8601-EntropyCalibration2\nx: 3d010204\npositive: 3d010204\ny: 3d010204\n');
    const { result, warnings, calls } = await build(new EntropyCalibrator2(undefined, { cache }));
    expect(result?.calibration).toMatchObject({ from: 'cache' });
    expect(warnings).toContainEqual(expect.stringContaining('of TensorRT 8601'));
    const served = calls.find(({ call }) => call === 'readCalibrationCache');
    expect(served).toMatchObject({ given: true, header: 'TRT-101600-EntropyCalibration2' });
  });

  it('does not serve a cache of another algorithm unless asked', async () => {
    const cache = join(folder, 'minmax-as-entropy.cache');
    writeFileSync(cache, 'TRT-101600-MinMaxCalibration\nx: 3d010204\npositive: 3d010204\ny: 3d010204\n');
    const anew = await build(new EntropyCalibrator2(rows(2), { cache }));
    expect(anew.result?.calibration).toMatchObject({ from: 'samples', samples: 2 });
    expect(anew.warnings).toContainEqual(expect.stringContaining('calibrating anew'));
    writeFileSync(cache, 'TRT-101600-MinMaxCalibration\nx: 3d010204\npositive: 3d010204\ny: 3d010204\n');
    const asked = await build(new EntropyCalibrator2(undefined, { cache, anyAlgorithm: true }));
    expect(asked.result?.calibration).toMatchObject({ from: 'cache' });
    const neither = await build(new EntropyCalibrator2(undefined, { cache }));
    expect(neither.error).toMatchObject({ code: 'ERR_TABLE_MISMATCH' });
  });

  it('is driven by a table of ours', async () => {
    const tensors = { x: symmetricRange(2), positive: symmetricRange(3), y: symmetricRange(4) };
    const table = join(folder, 'ours.json');
    await writeTable(table, { method: 'kld', tensors });
    const { result, error } = await build(new EntropyCalibrator2(undefined, { table }));
    expect(error).toBeUndefined();
    expect(result?.calibration).toMatchObject({ from: 'cache' });
    expect(scalesOf(result!.calibration!.cache)['positive']).toBeCloseTo(3 / 127, 6);
  });

  it.each([
    ['drop', 2, 1],
    ['pad', 3, 2],
  ] as const)('%ss what does not fill the last batch, and says so', async (lastBatch, samples, batches) => {
    const { result, warnings } = await build(new EntropyCalibrator2(rows(3), { lastBatch }));
    expect(result?.calibration).toMatchObject({ samples, batches });
    expect(warnings).toHaveLength(1);
  });

  it('takes as many as the limit of a loader that never ends, and closes it', async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<NamedTensors> {
      try {
        for (let index = 0; ; index++) yield await Promise.resolve(rows(index + 1)[index]!);
      } finally {
        closed = true;
      }
    }
    const { result } = await build(new MinMaxCalibrator(endless(), { limit: 8 }));
    expect(result?.calibration).toMatchObject({ samples: 8, batches: 4 });
    expect(closed).toBe(true);
  });

  it('fails with what the loader threw at its third batch; the cache is void', async () => {
    const cause = new Error('the camera is unplugged');
    const cache = join(folder, 'void.cache');
    function* failing(): Generator<NamedTensors> {
      yield* rows(4);
      throw cause;
    }
    const { error, calls } = await build(new EntropyCalibrator2(failing(), { cache }));
    expect(error).toMatchObject({ code: 'ERR_DATA_FORMAT', cause });
    expect((error as Error).message).toContain('the camera is unplugged');
    expect(existsSync(cache)).toBe(false);
    expect(calls.map(({ call }) => call).at(-1)).toBe('destroyBuilder');
  });

  it('fails with what an asynchronous loader rejects with', async () => {
    const cause = new RangeError('no such frame');
    const loader = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(cause) }) };
    const { error } = await build(new EntropyCalibrator2(loader));
    expect(error).toMatchObject({ code: 'ERR_DATA_FORMAT', cause });
  });

  it.each([
    ['shape', { x: { dtype: 'float32', shape: [1, 4], data: new Float32Array(4) } }, 'item 0'],
    ['name', { image: row(1, 2, 3) }, 'x'],
    ['length', { x: { dtype: 'float32', shape: [1, 3], data: new Float32Array(2) } }, 'item 0'],
    ['NaN', { x: row(1, NaN, 3) }, 'item 0'],
  ])('refuses a batch of the wrong %s, naming it', async (_, item, words) => {
    const { error, calls } = await build(new EntropyCalibrator2([item as NamedTensors, ...rows(2)]));
    expect((error as { code: string }).code).toMatch(/^ERR_DATA_/);
    expect((error as Error).message).toContain(words);
    expect(batchesGiven(calls)).toEqual([]);
  });

  it('lets go of a loader that never answers when the build is aborted', async () => {
    const controller = new AbortController();
    const loader = {
      [Symbol.asyncIterator]: () => ({
        next() {
          setImmediate(() => controller.abort());
          return new Promise<never>(() => undefined);
        },
      }),
    };
    const { error } = await build(new EntropyCalibrator2(loader), { signal: controller.signal });
    expect(error).toMatchObject({ code: 'ERR_ABORTED' });
  });

  it('refuses a loader that ends before the first sample', async () => {
    const { error } = await build(new EntropyCalibrator2([]));
    expect(error).toMatchObject({ code: 'ERR_DATA_EMPTY' });
  });

  it('gives one error where TensorRT itself fails to calibrate', async () => {
    const { error } = await build(new EntropyCalibrator2(rows(4)), {}, ['calibrate']);
    expect(error).toMatchObject({ code: 'ERR_BUILD' });
  });
});

function batchesGiven(calls: readonly DoubleCall[]): DoubleCall[] {
  return calls.filter(({ call, given }) => call === 'getBatch' && given === true);
}

function scalesOf(bytes: Uint8Array): Record<string, number> {
  const { entries } = parseTensorRtCache(Buffer.from(bytes).toString('utf8'), 'cache');
  return Object.fromEntries(entries.map(({ name, scale }) => [name, scale]));
}
