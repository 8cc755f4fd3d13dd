import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTables, readTable, type CalibrationTable } from '#lib/tables/index.js';
import { cli, type CliResult } from '../helpers/cli.js';
import { repository } from '../helpers/fixture.js';

const demo = repository('demo/model.onnx');
const samples = ['--data', repository('demo/calibration'), '--pixel-format', 'gray', '--preset', 'unit'];

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-table-'));
  await calibrate('ours.json', '--limit', '12');
  await calibrate('other.json', '--limit', '8', '--seed', '5');
  await calibrate('percentile.json', '--limit', '12', '--method', 'percentile', '--percentile', '99.9');
  await calibrate('mixable.json', '--limit', '9', '--seed', '7', '--method', 'percentile');
  await calibrate('every.cache', '--limit', '12');
});
afterAll(() => rm(folder, { recursive: true }));

async function calibrate(output: string, ...flags: string[]): Promise<void> {
  const { status, stderr } = await cli(['calibrate', demo, '-o', at(output), ...samples, ...flags]);
  expect(stderr).not.toContain('error');
  expect(status).toBe(0);
}

function table(...args: string[]): Promise<CliResult> {
  return cli(['table', ...args.map((arg) => (/^\w+\.(json|cache|txt|bin)$/.test(arg) ? at(arg) : arg))]);
}

async function tableJson<T>(...args: string[]): Promise<T & { status: number | null }> {
  const { status, stdout } = await table(...args, '--json');
  return { ...(JSON.parse(stdout) as T), status };
}

describe('calibrt table', () => {
  it('shows a table', async () => {
    const { status, stdout } = await table('ours.json');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^method\s+mse$/m);
    expect(stdout).toMatch(/^samples\s+12$/m);
    for (const name of Object.keys((await readTable(at('ours.json'))).tensors)) expect(stdout).toContain(name);
  });

  it('shows it as JSON, without the statistics', async () => {
    const shown = await tableJson<CalibrationTable & { hasStatistics: boolean }>('ours.json');
    const { statistics, ...rest } = await readTable(at('ours.json'));
    expect(shown).toMatchObject({ status: 0, format: 'calibrt', hasStatistics: true, ...rest });
    expect(Object.keys(statistics!)).toEqual(Object.keys(rest.tensors));
    expect(shown).not.toHaveProperty('statistics');
  });

  it('shows the header of a cache, which names no method of ours', async () => {
    const { stdout } = await table('every.cache');
    expect(stdout).toMatch(/^header\s+TRT-101600-EntropyCalibration2$/m);
    expect(stdout).not.toMatch(/^method/m);
  });

  it.each(['ours.json', 'every.cache'])('shows of %s what inspect shows', async (name) => {
    const inspected = await cli(['inspect', at(name)]);
    expect(inspected).toMatchObject({ status: 0, stderr: '' });
    expect(inspected.stdout).toBe((await table(name)).stdout);
    const { stdout } = await cli(['inspect', at(name), '--json']);
    const { inputs, status, ...shown } = await tableJson<Record<string, unknown>>(name);
    expect([inputs, status]).toEqual([[at(name)], 0]);
    expect(JSON.parse(stdout)).toEqual({ kind: 'table', file: at(name), table: shown });
  });

  it('is not mistaken by inspect for a text that begins with a hash', async () => {
    const { status, stderr } = await cli(['inspect', repository('README.md')]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error ERR_MODEL_INVALID: .*README\.md/);
  });

  it('converts by the suffix, and by --format', async () => {
    expect(await table('ours.json', '-o', at('made.cache'))).toMatchObject({ status: 0, stderr: '' });
    expect(await table('ours.json', '-o', at('made.bin'), '--format', 'tensorrt')).toMatchObject({ status: 0 });
    expect(await readFile(at('made.bin'), 'utf8')).toBe(await readFile(at('made.cache'), 'utf8'));
    const [ours, made] = [await readTable(at('ours.json')), await readTable(at('made.cache'))];
    expect(compareTables(ours, made)).toMatchObject({ equal: Object.keys(ours.tensors).length, onlyInFirst: [] });
    expect(await table('made.cache', '-o', at('back.txt'))).toMatchObject({ status: 0 });
    expect(compareTables(ours, await readTable(at('back.txt')))).toMatchObject({
      equal: Object.keys(ours.tensors).length,
    });
  });

  it('writes the header of the TensorRT that will read the cache', async () => {
    const header = ['--cache-version', '100900', '--cache-algorithm', 'MinMaxCalibration'];
    expect(await table('ours.json', '-o', at('header.cache'), ...header)).toMatchObject({ status: 0 });
    expect(await readFile(at('header.cache'), 'utf8')).toMatch(/^TRT-100900-MinMaxCalibration\n/);
  });

  it('recomputes ranges by another method, as if calibrated by it', async () => {
    const run = await table('ours.json', '--method', 'percentile', '--percentile', '99.9', '-o', at('again.json'));
    expect(run.status).toBe(0);
    expect(await readFile(at('again.json'), 'utf8')).toBe(await readFile(at('percentile.json'), 'utf8'));
  });

  it('merges by the method of the parts, or by another', async () => {
    expect(await table('ours.json', 'other.json', '-o', at('both.json'))).toMatchObject({ status: 0 });
    const both = await readTable(at('both.json'));
    expect(both).toMatchObject({ method: 'mse', data: { samples: 20 } });
    const mixed = await table('ours.json', 'mixable.json', '-o', at('mixed.json'));
    expect(mixed.status).toBe(2);
    expect(mixed.stderr).toContain('--method');
    const minmax = await tableJson<CalibrationTable>(
      'ours.json',
      'mixable.json',
      '--method',
      'minmax',
      '-o',
      at('mm.json'),
    );
    expect(minmax).toMatchObject({ status: 0, method: 'minmax', data: { samples: 21 } });
  });

  it('compares, the greatest difference first', async () => {
    const { comparison } = await tableJson<{ comparison: ReturnType<typeof compareTables> }>(
      ...['ours.json', '--compare', at('percentile.json')],
    );
    const distances = comparison.differences.map(({ ratio }) => Math.abs(Math.log(ratio)));
    expect(distances).toEqual([...distances].sort((a, b) => b - a));
    expect(distances[0]).toBeGreaterThan(0);
    const { stdout } = await table('ours.json', '--compare', at('percentile.json'));
    expect(stdout).toContain(comparison.differences[0]!.tensor);
    expect(stdout).toMatch(/^ratio\s.*median \d/m);
    const same = await tableJson<{ comparison: ReturnType<typeof compareTables> }>(
      'ours.json',
      '--compare',
      at('ours.json'),
    );
    expect(same.comparison.ratios).toEqual({ least: 1, median: 1, greatest: 1 });
  });
});

describe('coverage of a model', () => {
  interface Covered {
    coverage: { matched: string[]; missing: string[]; unused: string[]; tensors: string; sameModel: boolean | null };
  }

  it('of our table: the tensors with Q/DQ', async () => {
    const { status, coverage } = await tableJson<Covered>('ours.json', '--model', demo);
    expect(status).toBe(0);
    expect(coverage).toMatchObject({ tensors: 'qdq', sameModel: true, missing: [], unused: [] });
    expect(coverage.matched).toEqual(Object.keys((await readTable(at('ours.json'))).tensors));
  });

  it('of a cache for an implicit build: every float activation', async () => {
    const { status, coverage } = await tableJson<Covered>('every.cache', '--model', demo);
    expect(status).toBe(0);
    expect(coverage).toMatchObject({ tensors: 'all', sameModel: null, missing: [], unused: [] });
    expect(coverage.matched).toContain('logits');
  });

  it('exits 1 and names what is missing, and what no tensor is called', async () => {
    const [header, first, ...lines] = (await readFile(at('every.cache'), 'utf8')).split('\n');
    await writeFile(at('part.cache'), [header, ...lines.slice(1), 'nobody: 3f800000', ''].join('\n'));
    const { status, coverage } = await tableJson<Covered>('part.cache', '--model', demo);
    expect(status).toBe(1);
    expect(coverage.unused).toContain('nobody');
    expect(coverage.missing).toContain(first!.slice(0, first!.lastIndexOf(':')));
    const { stdout } = await table('part.cache', '--model', demo);
    expect(stdout).toMatch(new RegExp(`missing\\s+${coverage.missing.length}:`));
  });

  it('counts what was written by what its format is for', async () => {
    const run = await tableJson<Covered>('ours.json', '-o', at('narrow.cache'), '--model', demo);
    expect(run.coverage.tensors).toBe('all');
    expect(run.status).toBe(1);
    const chosen = await tableJson<Covered>('ours.json', '-o', at('narrow.cache'), '--model', demo, '--tensors', 'qdq');
    expect(chosen.status).toBe(0);
  });

  it('warns where the table records another model', async () => {
    const own = await readTable(at('ours.json'));
    const text = (await readFile(at('ours.json'), 'utf8')).replace(own.model!.sha256, 'ab'.repeat(32));
    await writeFile(at('foreign.json'), text);
    expect((await table('foreign.json', '--model', demo)).stderr).toContain('made for another model');
  });
});

describe('refusals, with nothing written', () => {
  it.each([
    [['nowhere.json'], 1, 'ERR_TABLE_INVALID'],
    [['every.cache', '--method', 'mse'], 1, 'every.cache holds none'],
    [['ours.json', 'every.cache', '-o', 'OUT.json'], 1, 'every.cache holds none'],
    [['every.cache', 'every.cache', '--method', 'mse', '-o', 'OUT.json'], 1, 'ERR_TABLE_MISMATCH'],
    [['ours.json', 'ours.json', '-o', 'OUT.json'], 1, 'ERR_TABLE_MISMATCH'],
    [['other.json', 'ours.json', 'percentile.json', '-o', 'OUT.json'], 1, 'percentile.json hold the same samples'],
    [['ours.json', 'other.json'], 2, '--output'],
    [['ours.json', '--format', 'tensorrt'], 2, '--output'],
    [['ours.json', '--method', 'auto'], 2, 'auto'],
    [['ours.json', '--percentile', '101'], 2, 'percentile'],
    [['ours.json', '-o', 'OUT.xyz'], 2, '--format'],
    [['ours.json', '-o', 'OUT.cache', '--cache-version', '10.9'], 2, '10.9'],
    [['ours.json', '-o', 'no/folder/OUT.json'], 1, 'ERR_OUTPUT'],
  ])('%j', async (args, status, message) => {
    const before = await readdir(folder);
    const run = await table(...args.map((arg) => (arg.includes('OUT') ? at(arg) : arg)));
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toMatch(/^\s+at /m);
    expect(await readdir(folder)).toEqual(before);
  });
});
