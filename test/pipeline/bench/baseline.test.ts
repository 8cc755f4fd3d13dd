import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchmark } from '#lib/pipeline/bench/benchmark.js';
import { reportOf, type BenchmarkReport } from '#lib/pipeline/bench/report.js';
import { stubTools } from './stub-engine.js';

let folder: string;
let plan: string;
let saved: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-baseline-'));
  [plan, saved] = [join(folder, 'model.plan'), join(folder, 'before.json')];
  await writeFile(plan, Buffer.concat([Buffer.from('ftrt'), Buffer.alloc(60, 1)]));
  await save(await run(10));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(ms: number, options: { baseline?: string } = {}, label = 'model'): Promise<BenchmarkReport> {
  const { tools } = stubTools(() => ms);
  const [result] = await benchmark([{ model: plan, label }], { rounds: 5, ...options }, tools);
  return reportOf(result!);
}

function save(...reports: readonly object[]): Promise<void> {
  return writeFile(saved, JSON.stringify(reports));
}

describe('a run compared with a saved one', () => {
  it.each([
    [10, 'equivalent'],
    [8, 'faster'],
    [12, 'slower'],
  ])('of 10 ms then and %d ms now is %s', async (now, significance) => {
    await save(await run(10));
    const { baseline } = await run(now, { baseline: saved });
    expect(baseline).toMatchObject({ reference: 'model', significance, differences: [] });
    expect(baseline!.ratio).toBeCloseTo(now / 10, 3);
  });

  it('tells what was otherwise then, but not what passes', async () => {
    const before = await run(10);
    await save({ ...before, conditions: { ...before.conditions, driver: '12.4', loadAverage: 99, clockMhz: 1 } });
    const { baseline } = await run(10, { baseline: saved });
    expect(baseline!.differences).toEqual(['driver 12.4 then, 12.8 now']);
  });

  it('takes the model of the same label, else the only one', async () => {
    const [other, own] = [await run(20, {}, 'other'), await run(10)];
    await save(other, own);
    expect((await run(10, { baseline: saved })).baseline).toMatchObject({ reference: 'model' });
    expect((await run(10, { baseline: saved }, 'new')).baseline).toBeUndefined();
    await save(other);
    expect((await run(10, { baseline: saved }, 'new')).baseline).toMatchObject({ reference: 'other' });
  });

  it.each([
    ['missing', undefined],
    ['no JSON', '['],
    ['empty', '[]'],
    ['of something else', '[{"label": "x"}]'],
    ['of null', '[null]'],
    ['of rounds without times', '[{"label": "x", "conditions": {}, "rounds": [{"queries": 1, "medianMs": 0}]}]'],
    ['of rounds that are null', '[{"label": "x", "conditions": {}, "rounds": [null]}]'],
  ])('refuses a file that is %s', async (_, content) => {
    const path = join(folder, 'bad.json');
    await rm(path, { force: true });
    if (content !== undefined) await writeFile(path, content);
    await expect(run(1, { baseline: path })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: `--baseline ${path} is no saved run: give what \`calibrt bench --json\` printed`,
    });
  });
});
