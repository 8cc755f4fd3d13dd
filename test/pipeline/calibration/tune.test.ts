import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tensor } from '#lib/data/tensor.js';
import { Initializer, type Model } from '#lib/model/index.js';
import { calibrate } from '#lib/pipeline/calibration/calibrate.js';
import type { QuantizeResult } from '#lib/pipeline/quantize-result.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { readTable } from '#lib/tables/index.js';
import { encodeNpy } from '../../data/encode-npy.js';
import { cli } from '../../helpers/cli.js';
import { repository } from '../../helpers/fixture.js';
import { build, type Line } from '../../model/build.js';

const channels = 16;
const pixels = 64;
const count = 24;

/** Values in -1..1, and in the last channel a few that are 10. */
function samples(): Tensor {
  const data = Float32Array.from({ length: count * channels * pixels }, (_, i) => {
    const [channel, pixel] = [Math.floor(i / pixels) % channels, i % pixels];
    return channel === channels - 1 && pixel === 7 ? 10 : Math.sin(i * 0.37);
  });
  return { dtype: 'float32', shape: [count, channels, 8, 8], data };
}

/** A pointwise convolution that reads every channel but the last, and another that reads the last almost alone. */
function network(branches: readonly ('fine' | 'wide')[]): Model {
  const lines: Line[] = branches.map((name) => ['Conv', `x ${name}_w`, name]);
  const model = build(lines, { inputs: { x: ['N', channels, 8, 8] }, outputs: branches });
  for (const name of branches) {
    const data = Float32Array.from({ length: 4 * channels }, (_, i) => {
      const isLast = i % channels === channels - 1;
      return name === 'fine' ? (isLast ? 0 : Math.cos(i)) : isLast ? 1 : 0.01;
    });
    model.graph.setInitializer(Initializer.create(`${name}_w`, { dtype: 'float32', shape: [4, channels, 1, 1], data }));
  }
  return model;
}

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-tune-'));
  data = join(folder, 'samples.npy');
  await writeFile(data, encodeNpy(samples()));
});
afterAll(() => rm(folder, { recursive: true }));

async function tuned(branches: readonly ('fine' | 'wide')[], tune = 10): Promise<QuantizeResult> {
  const path = join(folder, `${branches.join('-')}.onnx`);
  await network(branches).save(path);
  // Keeps 99 %: every 10 lies above.
  return quantize(path, join(folder, 'int8.onnx'), { data, percentile: 99, tune, holdout: 4 });
}

describe('--tune N', () => {
  it('leaves the method’s range to an operator that needs no more, and widens it where one does', async () => {
    const [fine, wide] = [await tuned(['fine']), await tuned(['wide'])];
    expect(fine.method).toBe('percentile(99), tuned(10)');
    expect(fine.tensors['x']!.amax).toBeLessThan(1.1);
    expect(wide.tensors['x']!.amax).toBeCloseTo(10, 1);
    expect(wide.verify!.outputs['wide']!.sqnrDb).toBeGreaterThan(30);
  });

  it('takes the widest of what the branches of a tensor need', async () => {
    const both = await tuned(['fine', 'wide']);
    expect(both.tensors['x']!.amax).toBeCloseTo(10, 1);
  });

  it('changes nothing where the method clips nothing', async () => {
    const path = join(folder, 'fine.onnx');
    await network(['fine']).save(path);
    const options = { data, method: 'minmax', holdout: 4 } as const;
    const plain = await quantize(path, join(folder, 'plain.onnx'), options);
    const same = await quantize(path, join(folder, 'same.onnx'), { ...options, tune: 10 });
    expect(same.tensors).toEqual(plain.tensors);
    expect(await readFile(join(folder, 'same.onnx'))).toEqual(await readFile(join(folder, 'plain.onnx')));
  });

  it('has ranges of ONNX Runtime’s form too', async () => {
    const path = join(folder, 'both.onnx');
    await network(['fine', 'wide']).save(path);
    const output = join(folder, 'cpu.onnx');
    const options = { data, percentile: 99, tune: 10, holdout: 4, form: 'onnxruntime' } as const;
    const { tensors } = await quantize(path, output, options);
    expect(tensors['x']!.max).toBeCloseTo(10, 0);
    expect(tensors['x']!.min).toBeGreaterThan(-1.1);
  });

  it('is refused by an implicit build’s table, which no Q/DQ stand behind', async () => {
    const path = join(folder, 'fine.onnx');
    await network(['fine']).save(path);
    await expect(calibrate(path, join(folder, 'x.cache'), { data, tune: 5 })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('--tune') as string,
    });
  });

  it.each([
    [{ bits: 4 }, /--tune/],
    [{ scales: 'pow2' as const }, /--tune/],
    [{ dtype: 'fp8' as const }, /--tune/],
    [{ tune: 1 }, /from 2 to 1000, not 1/],
    [{ data: [{ x: new Float32Array(1) }] as never }, /--tune reads some samples a second time/],
  ])('refuses %j', async (options, message) => {
    const output = join(folder, 'x.onnx');
    await expect(quantize(join(folder, 'fine.onnx'), output, { data, tune: 5, ...options })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('calibrt', () => {
  const demo = [repository('demo/model.onnx'), '--data', repository('demo/calibration')];
  const images = ['--pixel-format', 'gray', '--preset', 'unit', '--limit', '40'];

  it('tunes with --tune 20: never narrower than the method, somewhere wider', async () => {
    const [plain, wider] = [join(folder, 'plain.json'), join(folder, 'tuned.json')];
    const method = ['--method', 'percentile', '--percentile', '99.9'];
    expect((await cli(['calibrate', ...demo, ...images, ...method, '-o', plain])).status).toBe(0);
    const run = await cli(['calibrate', ...demo, ...images, ...method, '--tune', '20', '-o', wider, '--json']);
    expect(run.stderr).not.toMatch(/error/i);
    expect((JSON.parse(run.stdout) as { method: string }).method).toBe('percentile(99.9), tuned(20)');
    const [before, after] = [(await readTable(plain)).tensors, (await readTable(wider)).tensors];
    const ratios = Object.keys(before).map((name) => after[name]!.amax / before[name]!.amax);
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...ratios)).toBeGreaterThan(1.2);
  });

  it.each([
    ['1', /from 2 to 1000, not 1/],
    ['many', /--tune/],
    ['2.5', /--tune/],
  ])('refuses --tune %s with one line, before any work', async (value, message) => {
    const run = await cli(['quantize', ...demo, ...images, '--tune', value, '-o', join(folder, 'x.onnx')]);
    expect(run.status).toBe(2);
    expect(run.stderr.trim().split('\n')[0]).toMatch(message);
  });
});
