import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QuantizeOptions } from '#lib/pipeline/quantize-options.js';
import type { QuantizeResult } from '#lib/pipeline/quantize-result.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { encodeNpy } from '../../data/encode-npy.js';
import { cli } from '../../helpers/cli.js';
import { repository } from '../../helpers/fixture.js';
import { randomNumbers } from '../../model/helpers.js';
import { encoder } from '../../model/repair/encoder.js';

const count = 40;
let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-smooth-'));
  for (const form of ['node', 'decomposed'] as const) await encoder(form).save(at(`${form}.onnx`));
  const data = Float32Array.from({ length: count * 8 * 32 }, randomNumbers(5));
  await writeFile(at('samples.npy'), encodeNpy({ dtype: 'float32', shape: [count, 8, 32], data }));
});
afterAll(() => rm(folder, { recursive: true }));

async function quantized(form: string, options: Partial<QuantizeOptions>): Promise<QuantizeResult> {
  return quantize(at(`${form}.onnx`), at('int8.onnx'), { data: at('samples.npy'), holdout: 8, ...options });
}

describe('--smooth', () => {
  it.each(['node', 'decomposed'])('gains on samples that took no part, normalizations being %s', async (form) => {
    const plain = await quantized(form, {});
    const smooth = await quantized(form, { smooth: true });
    const [repair] = smooth.repairs!;
    expect(repair).toMatchObject({ repair: 'smooth', kept: true });
    expect(repair!.functionError).toBeLessThan(1e-4);
    const [before, after] = [plain, smooth].map(({ verify }) => verify!.outputs['y']!.sqnrDb);
    expect(after! - before!).toBeGreaterThan(3);
    expect(smooth.quantized).toEqual(plain.quantized);
  });

  it('takes one strength for all with --smooth-alpha, and is left out where it gains nothing', async () => {
    const half = await quantized('node', { smooth: true, smoothAlpha: 0.5 });
    expect(half.repairs).toMatchObject([{ repair: 'smooth', kept: true }]);
    // All of the difficulty in the weights, whose rows differ a hundredfold then.
    const warnings: string[] = [];
    const demo = { data: repository('demo/calibration'), limit: 40 };
    const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;
    const none = await quantize(repository('demo/model.onnx'), at('demo.onnx'), {
      ...demo,
      preprocess,
      smooth: true,
      onWarning: (message) => warnings.push(message),
    });
    expect(none.repairs).toMatchObject([
      { repair: 'smooth', kept: false, why: expect.stringMatching(/no quantized product/) as string },
    ]);
    expect(warnings.join()).toContain('smooth is left out');
  });

  it('is tried by --auto before a node is given up', async () => {
    const { auto, repairs } = await quantized('node', { auto: true, metric: 'sqnr', min: 25 });
    expect(auto!.met).toBe(true);
    expect(repairs).toContainEqual(expect.objectContaining({ repair: 'smooth', kept: true }));
    const [plain, repaired] = auto!.curve;
    expect(plain).toMatchObject({ excluded: [], repairs: [] });
    expect(plain!.figure).toBeLessThan(25);
    expect(repaired).toMatchObject({ excluded: [], repairs: ['smooth'] });
    expect(repaired!.figure).toBeGreaterThan(plain!.figure + 10);
  });

  it.each([
    [{ smoothAlpha: 0.5 }, /--smooth-alpha is the strength of --smooth/],
    [{ smooth: true, smoothAlpha: 1.5 }, /from 0 to 1, not 1.5/],
    [{ smooth: true, smoothAlpha: NaN }, /from 0 to 1, not NaN/],
    [{ smooth: true, table: 'table.json' }, /--table/],
    [{ smooth: true, bits: 4 }, /--smooth is of static INT8/],
    [{ smooth: true, data: undefined as never }, /needs samples/],
  ])('refuses %j', async (options, message) => {
    await expect(quantized('node', options)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringMatching(message) as string,
    });
  });

  it('is an option of the command line, and told in its summary', async () => {
    const args = ['quantize', at('node.onnx'), '-o', at('cli.onnx'), '--data', at('samples.npy'), '--smooth'];
    const run = await cli([...args, '--smooth-alpha', '0.5']);
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/smooth +\d+ nodes; on calibration samples y [\d.]+ dB to [\d.]+ dB/);
  });
});
