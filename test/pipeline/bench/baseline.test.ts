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

  it('takes the model of the same label, else of the same file and shapes, else the only one', async () => {
    const own = await run(10);
    const other = { ...(await run(20, {}, 'other')), model: 'folder/other.plan' };
    await save(other, own);
    expect((await run(10, { baseline: saved })).baseline).toMatchObject({ reference: 'model', differences: [] });
    // With shapes or without them in its label, in another folder.
    await save(other, { ...own, label: 'model 1x1x32x32', model: 'folder/model.plan' });
    expect((await run(10, { baseline: saved })).baseline).toMatchObject({
      reference: 'model 1x1x32x32',
      differences: [],
    });
    await save(other);
    expect((await run(10, { baseline: saved }, 'new')).baseline).toMatchObject({ reference: 'other' });
  });

  it('takes that of the same precision where there are several of a file and its shapes', async () => {
    const own = await run(10);
    await save({ ...own, label: 'a', precision: 'int8' }, { ...own, label: 'b' });
    expect((await run(10, { baseline: saved })).baseline).toMatchObject({ reference: 'b', differences: [] });
  });

  it('tells where the only one is another model, or of other shapes', async () => {
    const own = await run(10);
    const shape = own.shapes['input']!;
    await save({ ...own, label: 'x', model: 'other.plan', shapes: { ...own.shapes, input: [7, ...shape.slice(1)] } });
    const { baseline } = await run(10, { baseline: saved });
    expect(baseline!.differences).toEqual([
      'model other.plan then, model.plan now',
      expect.stringMatching(/^shapes ids:2,input:7x1x32x32 then, ids:2,input:\d+x1x32x32 now$/),
    ]);
  });

  it('warns, and before anything is timed, where the file has nothing like it', async () => {
    const own = await run(10);
    const like = { ...own, shapes: { ...own.shapes, input: [7, 1, 32, 32] } };
    await save({ ...like, label: 'a' }, { ...like, label: 'b' });
    const warnings: string[] = [];
    const { tools, asked } = stubTools(() => 10);
    const timed: number[] = [];
    const onWarning = (message: string): void => {
      warnings.push(message);
      timed.push(asked.runs.length);
    };
    const options = { rounds: 3, baseline: saved, onWarning };
    const [result] = await benchmark([{ model: plan, label: 'model' }], options, tools);
    expect(warnings).toEqual([
      `model is compared with no earlier run: --baseline ${saved} has a, b; give the same model and --shapes as then`,
    ]);
    expect(timed).toEqual([0]);
    expect(result).toMatchObject({ warnings });
    expect(result).not.toHaveProperty('baseline');
  });

  it.each([
    ['no JSON', '['],
    ['empty', '[]'],
    ['of something else', '[{"label": "x"}]'],
    ['of null', '[null]'],
    ['of shapes that are none', '[{"label": "x", "conditions": {}, "rounds": [], "shapes": {"x": 1}}]'],
    ['of rounds without times', '[{"label": "x", "conditions": {}, "rounds": [{"queries": 1, "medianMs": 0}]}]'],
    ['of rounds that are null', '[{"label": "x", "conditions": {}, "rounds": [null]}]'],
  ])('refuses a file that is %s', async (_, content) => {
    const path = join(folder, 'bad.json');
    await writeFile(path, content);
    await expect(run(1, { baseline: path })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: `--baseline ${path} is no saved run: give what \`calibrt bench --json\` printed`,
    });
  });

  it('refuses a file that is not there as such', async () => {
    const path = join(folder, 'absent.json');
    await expect(run(1, { baseline: path })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: `--baseline ${path} is not there: give what \`calibrt bench --json\` printed`,
    });
  });
});
