import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '#lib/pipeline/evaluation/evaluate.js';
import type { QuantizeOptions } from '#lib/pipeline/quantize-options.js';
import type { QuantizeResult } from '#lib/pipeline/quantize-result.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { fixture, repository } from '../../helpers/fixture.js';

const model = fixture('networks/depthwise.onnx');
const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;
const draw = { data: repository('demo/calibration'), preprocess, limit: 16, holdout: 0, threads: 2 };
const budget = { auto: true, metric: 'top1', maxDrop: 1 } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-depthwise-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Points of top-1 lost on images that took no part, and what was done. */
async function lost(options: Partial<QuantizeOptions>): Promise<{ points: number; result: QuantizeResult }> {
  const output = join(folder, 'int8.onnx');
  const result = await quantize(model, output, { ...draw, ...options });
  const judged = { data: repository('demo/test'), preprocess, limit: 150, threads: 2 };
  const { labelled } = await evaluate(model, output, judged);
  return { points: 100 * (labelled!.reference.top1 - labelled!.candidate.top1), result };
}

describe('a network that quantizes badly by nature', () => {
  it('loses by one scale per weight, and is brought back by leaving a few nodes out, which the report names', async () => {
    const plain = await lost({ weights: 'per-tensor' });
    expect(plain.points).toBeGreaterThanOrEqual(5);

    const report = join(folder, 'report.html');
    const { points, result } = await lost({ weights: 'per-tensor', repairs: false, ...budget, report });
    expect(points).toBeLessThanOrEqual(1);
    expect(result.repairs).toBeUndefined();
    const auto = result.auto!;
    expect(auto).toMatchObject({ met: true, metric: 'top1' });
    expect(auto.int8).toBeLessThan(auto.least);
    expect(auto.int8Share).toBeGreaterThanOrEqual(0.8);
    expect(auto.exclude.length).toBeGreaterThan(0);
    expect(auto.curve.at(-1)).toMatchObject({ excluded: auto.exclude, int8Share: auto.int8Share });
    expect(auto.ranking.map(({ node }) => node)).toEqual(expect.arrayContaining([...auto.exclude]));
    const page = await readFile(report, 'utf8');
    expect(page).toContain(`left out: ${auto.exclude.join(', ')}`);
    const listed = auto.exclude.map((node) => `<code>${node}</code>`);
    expect(page).toMatch(/Left out of INT8, the pale bars: .*<\/p>/);
    for (const node of listed) expect(page).toContain(node);
  });

  it('is repaired before a node is given up', async () => {
    const { points, result } = await lost({ weights: 'per-tensor', ...budget });
    expect(points).toBeLessThanOrEqual(1);
    const auto = result.auto!;
    expect(auto).toMatchObject({ met: true });
    expect(auto.int8Share).toBeGreaterThan(0.95);
    expect(result.repairs).toMatchObject([{ repair: 'equalize', kept: true }]);
    expect(result.repairs![0]!.functionError).toBeLessThan(1e-4);
    // The curve tells both: INT8 as it was, and repaired.
    const [plain, repaired] = auto.curve;
    expect(plain).toMatchObject({ repairs: [], excluded: [], figure: auto.int8 });
    expect(auto.int8).toBeLessThan(auto.least);
    expect(repaired).toMatchObject({ repairs: ['equalize'], excluded: [] });
    expect(repaired!.figure).toBeGreaterThanOrEqual(auto.least);
  });

  it('keeps the budget with one scale per channel and equalization, nearly all of it in INT8', async () => {
    const { points, result } = await lost({ equalize: true, ...budget });
    expect(points).toBeLessThanOrEqual(1);
    expect(result.auto).toMatchObject({ met: true });
    expect(result.auto!.int8Share).toBeGreaterThanOrEqual(0.8);
    expect(result.repairs).toMatchObject([{ repair: 'equalize', kept: true }]);
  });
});
