import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEngine } from '#lib/backends/tensorrt/index.js';
import { openModel } from '#lib/model/index.js';
import { lint } from '#lib/pipeline/lint.js';
import { needsRtx, withoutRtx } from '../../backends/tensorrt/rtx.js';
import { cli } from '../../helpers/cli.js';
import { randomFeeds, run, type Outputs } from '../helpers.js';

/** Models that others' quantizers made, by models/make_models.py. */
const made = (name: string): string => fileURLToPath(new URL(`models/${name}.onnx`, import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-lint-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** How often each rule is broken. */
async function rulesOf(path: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { rule } of (await lint(path)).findings) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}

async function outputs(path: string): Promise<Outputs> {
  const model = await openModel(path);
  return run(model, randomFeeds(model));
}

/** Signal over error of an output, in dB. */
function sqnr(expected: Outputs, actual: Outputs): number {
  const reference = Array.from(expected['scores']!.data, Number);
  const square = (values: readonly number[]): number => values.reduce((sum, value) => sum + value ** 2, 0);
  return 10 * Math.log10(square(reference) / square(reference.map((v, i) => v - Number(actual['scores']!.data[i]))));
}

describe('a model of another tool', () => {
  it.each([
    ['float', {}],
    ['modelopt-int8', {}],
    ['ort-default', { 'int32-bias': 7, 'zero-point': 12, 'weighted-output': 1, 'residual-add': 1, 'concat-scales': 1 }],
    ['ort-uint8', { 'int32-bias': 7, uint8: 18, 'weighted-output': 7, 'residual-add': 1, 'concat-scales': 1 }],
    ['ort-symmetric', { 'int32-bias': 7, 'weighted-output': 7, 'residual-add': 1, 'concat-scales': 1 }],
    ['ort-qoperator', { 'integer-operator': 9, 'zero-point': 2 }],
    ['ort-dynamic', { 'integer-operator': 13 }],
  ])('%s breaks just the rules that it does', async (name, expected) => {
    expect(await rulesOf(made(name))).toEqual(expected);
  });

  it.each(['ort-default', 'ort-uint8', 'ort-symmetric'])(
    '%s is clean when fixed, and no further from the float model',
    async (name) => {
      const output = join(folder, `${name}.onnx`);
      const { findings, fixed } = await lint(made(name), { fix: output });
      expect(findings).toEqual([]);
      expect(fixed!.filter(({ rule }) => rule === 'int32-bias')).toHaveLength(7);
      expect(await rulesOf(output)).toEqual({});
      const [float, before, after] = await Promise.all([outputs(made('float')), outputs(made(name)), outputs(output)]);
      expect(sqnr(float, after)).toBeGreaterThan(sqnr(float, before) - 1);
    },
  );

  it('keeps every scale that stays', async () => {
    const output = join(folder, 'kept.onnx');
    await lint(made('ort-symmetric'), { fix: output });
    const [before, after] = await Promise.all([openModel(made('ort-symmetric')), openModel(output)]);
    const scales = after.nodes.filter((node) => node.is('QuantizeLinear')).map((node) => node.inputs[1]!);
    expect(scales.length).toBeGreaterThan(5);
    for (const name of scales) {
      const [old, now] = [before.initializers.get(name)!, after.initializers.get(name)!];
      expect((await now.read()).data).toEqual((await old.read()).data);
    }
  });

  it.skipIf(withoutRtx)(`is built by the real TensorRT-RTX when fixed, and not before${needsRtx}`, async () => {
    const options = { targets: ['sm89'] };
    for (const name of ['ort-default', 'ort-uint8', 'ort-symmetric']) {
      const output = join(folder, `${name}.built.onnx`);
      await lint(made(name), { fix: output });
      await expect(buildEngine(made(name), options)).rejects.toMatchObject({ code: 'ERR_BUILD' });
      expect((await buildEngine(output, options)).bytes).toBeGreaterThan(0);
    }
  });
});

describe('calibrt lint', () => {
  it('exits 1 where a rule is broken, 0 where none is, and prints the findings', async () => {
    const broken = await cli(['lint', made('ort-default'), '--json']);
    expect(broken.status).toBe(1);
    const { findings } = JSON.parse(broken.stdout) as { findings: Record<string, string>[] };
    expect(findings[0]).toEqual({
      node: expect.any(String) as string,
      rule: 'int32-bias',
      severity: 'error',
      message: expect.stringContaining('INT32') as string,
    });
    expect(await cli(['lint', made('modelopt-int8')])).toMatchObject({ status: 0, stderr: '' });
  });

  it('fixes into another file only', async () => {
    expect(await cli(['lint', made('ort-symmetric'), '--fix'])).toMatchObject({ status: 2 });
    expect(await cli(['lint', made('ort-symmetric'), '--fix', '-o', made('ort-symmetric')])).toMatchObject({
      status: 2,
    });
    const fixed = await cli(['lint', made('ort-symmetric'), '--fix', '-o', join(folder, 'cli.onnx')]);
    expect(fixed).toMatchObject({ status: 0, stdout: expect.stringContaining('16 fixed') as string });
  });
});
