import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figuresTable } from '#lib/cli/bench/figures-table.js';
import { comparisonSentence } from '#lib/cli/bench/statements.js';
import { benchText } from '#lib/cli/bench/text.js';
import { milliseconds } from '#lib/cli/bench/units.js';
import { benchmark } from '#lib/pipeline/bench/benchmark.js';
import type { BenchmarkResult } from '#lib/pipeline/bench/report.js';
import { cli } from '../helpers/cli.js';
import { fixture, repository } from '../helpers/fixture.js';
import { stubTools } from '../pipeline/bench/stub-engine.js';

const demo = repository('demo/model.onnx');
const quick = ['--backend', 'onnxruntime', '--rounds', '3', '--warm-up', '5', '--duration', '0.1'];

let folder: string;
let results: BenchmarkResult[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-cli-bench-'));
  const plans = ['a-reference-with-a-rather-long-name.plan', 'other.plan'].map((name) => join(folder, name));
  for (const plan of plans) await writeFile(plan, Buffer.concat([Buffer.from('ftrt'), Buffer.alloc(60, 1)]));
  const { tools } = stubTools((plan) => (plan.includes('other') ? 2.5 : 0.05));
  results = await benchmark(plans, { rounds: 4 }, tools);
});
afterAll(() => rm(folder, { recursive: true }));

describe('bench', () => {
  it('--json has what CLI.md promises, and the exports are of each model', async () => {
    const exported = ['times', 'profile', 'output'].flatMap((what) => [
      `--export-${what}`,
      join(folder, `${what}.json`),
    ]);
    const run = await cli(['bench', demo, demo, ...quick, '--percentile', '50,99.5', ...exported, '--json']);
    expect({ status: run.status, errors: /^error.*/m.exec(run.stderr)?.[0] }).toEqual({ status: 0, errors: undefined });
    const reports = JSON.parse(run.stdout) as Record<string, unknown>[];
    expect(reports.map(({ label }) => label)).toEqual(['model.onnx', 'model.onnx (2)']);
    const figure = expect.any(Number) as number;
    for (const report of reports) {
      expect(report).toMatchObject({
        ...{ model: demo, backend: 'onnxruntime', device: expect.any(String) as string, precision: 'fp32' },
        ...{ queries: figure, throughputQps: figure, walltimeS: figure, medianCi95Ms: [figure, figure] },
        latencyMs: {
          min: figure,
          max: figure,
          mean: figure,
          median: figure,
          p50: figure,
          'p99.5': figure,
          cvPercent: figure,
        },
        conditions: { onnxruntime: expect.any(String) as string, threads: figure, cpu: expect.any(String) as string },
      });
      expect(report).not.toHaveProperty('trace');
    }
    const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    expect(files).toEqual([
      'output-1.json',
      'output-2.json',
      'profile-1.json',
      'profile-2.json',
      'times-1.json',
      'times-2.json',
    ]);
    const read = async (name: string): Promise<unknown[]> =>
      JSON.parse(await readFile(join(folder, name), 'utf8')) as unknown[];
    expect(await read('times-2.json')).toHaveLength(reports[1]!['queries'] as number);
    expect((await read('profile-1.json'))[0]).toEqual({ count: 20 });
    expect((await read('output-1.json'))[0]).toMatchObject({ name: 'logits', dimensions: '1x10' });
    const saved = join(folder, 'saved');
    await writeFile(saved, run.stdout);
    const again = await cli(['bench', demo, ...quick, '--baseline', saved, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject([{ baseline: { reference: 'model.onnx', ratio: figure } }]);
  });

  it.each([
    [['no.onnx'], 'ERR_MODEL_NOT_FOUND', 'no.onnx', 1],
    [[fixture('tiny-broken.onnx')], 'ERR_MODEL_INVALID', 'tiny-broken.onnx', 1],
    [[demo, '--shapes', 'input:1x3x32x32'], 'ERR_USAGE', '--shapes input:1x3x32x32', 2],
    [[demo, '--shapes', 'input'], 'ERR_USAGE', '--shapes takes NAME:DIMS', 2],
    [[demo, '--backend', 'cuda'], 'ERR_USAGE', '--backend takes auto, onnxruntime', 2],
    [[demo, '--backend', 'tensorrt', '--precision', 'fp12'], 'ERR_USAGE', '--precision takes fp32', 2],
    [[demo, '--percentile', 'x'], 'ERR_USAGE', '--percentile takes numbers', 2],
    [[demo, '--baseline', 'no.json'], 'ERR_USAGE', '--baseline no.json', 2],
    [[demo, '--streams', '2'], 'ERR_USAGE', '--streams is for engines on a GPU', 2],
    [[demo, '--export-times', 'no/such/times.json'], 'ERR_OUTPUT', 'no/such', 1],
    [[demo, '--export-times', demo], 'ERR_USAGE', 'is read too', 2],
    [[demo, '--export-times', 'x.json', '--export-output', 'x.json'], 'ERR_USAGE', 'another output too', 2],
    [[demo, '--data', 'no-such-folder'], 'ERR_DATA_NOT_FOUND', 'no-such-folder', 1],
  ] as const)('of %j is one clear line', async (args, code, mention, status) => {
    // What was given last holds.
    const run = await cli(['bench', ...quick, ...args]);
    const errors = run.stderr.split('\n').filter((line) => line.startsWith('error'));
    expect(errors).toEqual([expect.stringMatching(new RegExp(`^error ${code}: `))]);
    expect(errors[0]).toContain(mention);
    expect(run.stderr).not.toMatch(/^\s+at /m);
    expect({ status: run.status, stdout: run.stdout }).toEqual({ status, stdout: '' });
  });
});

describe('what bench prints', () => {
  it.each([60, 80, 120, 200])('fits into %d columns', (width) => {
    const lines = stripVTControlCharacters(benchText(results, width)).split('\n');
    const table = lines.slice(0, lines.indexOf(''));
    const plot = lines.slice(table.length + 1, lines.indexOf('', table.length + 1));
    expect(table).toHaveLength(3);
    expect(plot).toHaveLength(3);
    for (const line of [...table, ...plot]) expect(line.length).toBeLessThanOrEqual(width);
    expect(table[1]).toContain(milliseconds(results[0]!.latencyMs.median));
    expect(table[2]).toContain(milliseconds(results[1]!.latencyMs.median));
  });

  it('leaves out the least important columns first', () => {
    const head = (width: number): string[] =>
      stripVTControlCharacters(figuresTable(results, width)).split('\n')[0]!.trim().split(/ {2,}/);
    expect(head(200)).toEqual([
      ...['median', '±95 %', 'compute', 'min', 'mean', 'p90', 'p95', 'p99', 'cv', 'queries/s', 'speed'],
    ]);
    expect(head(60)).toEqual(['median', '±95 %', 'p99', 'speed']);
    expect(head(1)).toEqual(['median']);
  });

  it.each([
    [[0.39, 0.41], 'faster', 'b is 2.50 times as fast as a (95 %: 2.44 to 2.56)'],
    [[1.9, 2.1], 'slower', 'b takes 0.40 times as long as a (95 %: 1.90 to 2.10)'],
    [[0.99, 1.01], 'equivalent', 'b is equivalent to a within ±3 %'],
    [[0.9, 1.1], 'undecided', 'does not tell them apart'],
    [null, 'undecided', 'too few rounds'],
  ] as const)('of the interval %j says what is known', (ratioCi95, significance, sentence) => {
    expect(comparisonSentence('b', { reference: 'a', ratio: 0.4, ratioCi95, significance })).toContain(sentence);
  });

  it.each([
    [0.00012, '0.1200 µs'],
    [0.05, '50.00 µs'],
    [0.2264, '0.2264 ms'],
    [9.9999, '10.00 ms'],
    [1234.5, '1235 ms'],
    [12345, '12.35 s'],
  ])('of %d ms is %s', (value, text) => {
    expect(milliseconds(value)).toBe(text);
  });
});
