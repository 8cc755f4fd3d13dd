import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '#lib/model/index.js';
import { keepsBudget } from '#lib/pipeline/precision/budget.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { cli } from '../../helpers/cli.js';
import { fixture, repository } from '../../helpers/fixture.js';
import { saveBroken } from '../../helpers/non-finite.js';

const demo = repository('demo/model.onnx');
const data = repository('demo/calibration');
const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;
const draw = { data, preprocess, limit: 30, threads: 2 };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-precision-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a budget', () => {
  it.each([-Infinity, NaN])('is not kept by a figure of %d, whatever the least is', (value) => {
    const judgement = { outputs: {}, metric: { value, standardError: 0 } };
    const budget = { metric: { kind: 'cosine' }, maxDrop: 0.1 } as const;
    expect(keepsBudget(budget, value, judgement, 8)).toBe(false);
  });
});

describe('quantize --auto', () => {
  it('leaves nodes out until the budget is kept, and writes the model that the list gives', async () => {
    const [chosen, full, listed] = ['chosen', 'full', 'listed'].map((name) => join(folder, `${name}.onnx`));
    const budget = { metric: 'sqnr:logits', min: 36 };
    const result = await quantize(demo, chosen!, { ...draw, auto: true, ...budget });
    const auto = result.auto!;
    expect(auto).toMatchObject({ metric: 'sqnr:logits', least: 36, reference: Infinity, met: true });
    expect(auto.int8).toBeLessThan(36);
    expect(auto.chosen).toBeGreaterThan(36);
    expect(auto.exclude.length).toBeGreaterThan(0);
    expect(result.quantized).not.toEqual(expect.arrayContaining([auto.exclude[0]]));
    expect(auto.int8Share).toBeGreaterThan(0.5);

    // The curve begins with full INT8 and ends with what was chosen.
    expect(auto.curve[0]).toMatchObject({ excluded: [], figure: auto.int8 });
    expect(auto.curve[0]!.int8Share).toBeGreaterThan(0.999);
    expect(auto.curve.at(-1)).toMatchObject({ excluded: auto.exclude, int8Share: auto.int8Share, figure: auto.chosen });

    // On samples that took no part it is better than full INT8, and the figure is there.
    const plain = await quantize(demo, full!, { ...draw, metric: 'sqnr:logits' });
    expect(plain).not.toHaveProperty('auto');
    expect(result.verify!.metric!.candidate).toBeGreaterThan(plain.verify!.metric!.candidate + 1);

    // The list says it all.
    const exclude = auto.exclude.map((name) => `/^${name}$/`);
    const again = await quantize(demo, listed!, { ...draw, exclude, holdout: 0 });
    expect(again.quantized).toEqual(result.quantized);
  });

  it('takes full INT8 where that keeps the budget, and a metric of the user', async () => {
    const output = join(folder, 'agreement.onnx');
    const { auto } = await quantize(demo, output, {
      ...draw,
      limit: 12,
      auto: true,
      metric: fixture('metrics/agreement.mjs'),
      maxDrop: 0.5,
    });
    expect(auto).toMatchObject({ reference: 1, least: 0.5, met: true });
    expect(auto!.curve[0]!.excluded).toEqual([]);
  });

  it.each([
    ['infinite', { metric: 'cosine', maxDrop: 0.1 }],
    ['infinite', { metric: 'sqnr', min: 20 }],
    ['nan', { metric: 'top1', maxDrop: 1 }],
  ] as const)('refuses a network whose own outputs are %s, by %j', async (how, budget) => {
    const [broken, output] = [join(folder, `${how}.onnx`), join(folder, `${how}.int8.onnx`)];
    await saveBroken(demo, broken, how);
    const options = { ...draw, limit: 6, auto: true, repairs: false, ...budget };
    await expect(quantize(broken, output, options)).rejects.toMatchObject({
      code: 'ERR_DATA_NOT_FINITE',
      message: expect.stringMatching(
        new RegExp(`for ${broken} itself is not finite: output logits holds \\d+ `),
      ) as string,
    });
    await expect(stat(output)).rejects.toThrow('ENOENT');
  });

  it.each([
    [{ auto: true }, 'needs a budget'],
    [{ min: 3 }, 'are the budget of --auto'],
    [{ repairs: false }, '--no-repairs keeps --auto from repairing'],
    [{ auto: true, min: 3, maxDrop: 1 }, 'give one of them'],
    [{ auto: true, maxDrop: -1 }, 'must be 0 or more'],
    [{ auto: true, maxDrop: 1, metric: 'sqnr' }, 'the least dB with --min'],
    [{ auto: true, min: 30, metric: 'sqnr', table: 'table.json' }, 'leave --table out'],
    [{ auto: true, min: 30, metric: 'psnr' }, '--metric must be'],
  ])('refuses %o before any work', async (options, message) => {
    const output = join(folder, 'never.onnx');
    await expect(quantize(demo, output, { ...draw, ...options })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(message) as string,
    });
  });

  it('with a budget that cannot be kept exits 1 and keeps the best that was found', async () => {
    const output = join(folder, 'best.onnx');
    const flags = ['--data', data, '--pixel-format', 'gray', '--preset', 'unit', '--limit', '12', '--json'];
    const budget = ['--auto', '--metric', 'top1', '--min', '101'];
    const { status, stdout, stderr } = await cli(['quantize', demo, '-o', output, ...flags, ...budget]);
    expect(status).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toMatch(
      /^error ERR_CALIBRATION: the budget cannot be kept: top1 is \d+ at best/,
    );
    const result = JSON.parse(stdout) as { auto: { met: boolean; chosen: number } };
    expect(result.auto).toMatchObject({ met: false, chosen: expect.any(Number) as number });
    expect((await stat(output)).size).toBeGreaterThan(1000);
    expect((await openModel(output)).nodes.some((node) => node.is('QuantizeLinear'))).toBe(true);
  });
});
