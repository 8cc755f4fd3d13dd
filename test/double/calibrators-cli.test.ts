import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../helpers/cli.js';
import { repository } from '../helpers/fixture.js';
import { doubleEnvironment, withoutBridge } from '../support/double.js';

const without = withoutBridge('10');
const samples = [
  '--data',
  repository('demo/calibration'),
  '--pixel-format',
  'gray',
  '--preset',
  'unit',
  '--limit',
  '10',
];

describe.skipIf(without !== '')(`calibrt build --int8 on the double${without}`, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'calibrt-build-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function build(flags: readonly string[], flavour: '10' | '11' = '10') {
    const plan = join(folder, 'model.plan');
    rmSync(plan, { force: true });
    const shapes = ['--opt-shapes', 'input:4x1x32x32'];
    const args = ['build', repository('demo/model.onnx'), '-o', plan, '--backend', 'tensorrt', ...shapes, ...flags];
    const run = await cli([...args, '--json'], doubleEnvironment({ flavour }));
    const result = run.stdout === '' ? undefined : (JSON.parse(run.stdout) as Record<string, unknown>);
    return { ...run, result, written: existsSync(plan) };
  }

  it.each(['entropy2', 'minmax', 'percentile'])('calibrates with %s once, then reads the cache', async (calibrator) => {
    const cache = join(folder, `${calibrator}.cache`);
    const flags = ['--int8', '--calibrator', calibrator, ...samples, '--cache', cache];
    const first = await build(flags);
    expect(first).toMatchObject({ status: 0, written: true });
    expect(first.result!['calibration']).toEqual({ from: 'samples', samples: 8, batches: 2 });
    expect(first.stderr).toContain('the last 2 of 10 samples do not fill a batch of 4: they are left out');
    expect(first.stderr).toContain('first sample: input float32 [4, 1, 32, 32]');
    const bytes = readFileSync(cache);
    const second = await build(flags);
    expect(second.result!['calibration']).toEqual({ from: 'cache', samples: 0, batches: 0 });
    expect(readFileSync(cache)).toEqual(bytes);
  });

  it('takes the scales of a table of any method of ours', async () => {
    const table = join(folder, 'kld.cache');
    const made = await cli(['calibrate', repository('demo/model.onnx'), '-o', table, '--method', 'kld', ...samples]);
    expect(made.status).toBe(0);
    const { status, result } = await build(['--int8', '--table', table]);
    expect(status).toBe(0);
    expect(result!['calibration']).toMatchObject({ from: 'cache' });
  });

  it.each([
    [['--cache', 'x.cache'], 2, 'give --int8 too'],
    [['--int8', '--calibrator', 'minmax'], 2, 'needs samples'],
    [['--int8', '--calibrator', 'minmax', '--percentile', '99', ...samples], 2, 'percentile'],
    [['--int8', '--data', 'no/such/folder'], 1, 'no/such/folder'],
    [['--timing-cache', tmpdir()], 1, 'it is a folder'],
  ])('%j ends with status %d and one line', async (flags, status, words) => {
    const run = await build(flags);
    expect(run).toMatchObject({ status, written: false });
    const [line, ...more] = run.stderr.trim().split('\n');
    expect(line).toMatch(/^error ERR_/);
    expect(line).toContain(words);
    expect(more).toEqual([]);
  });

  it('is refused by TensorRT 11, which has no calibrators', async () => {
    const run = await build(['--int8', ...samples], '11');
    expect(run).toMatchObject({ status: 1, written: false });
    expect(run.stderr).toContain('ERR_BACKEND_UNSUPPORTED');
    expect(run.stderr).toContain('calibrt quantize');
  });

  it.each(['10', '11'] as const)('marks an engine with placeholder ranges (TensorRT %s)', async (flavour) => {
    const { status, stderr } = await build(['--int8', '--placeholder-ranges'], flavour);
    expect(status).toBe(0);
    expect(stderr).toMatch(/placeholder.*for timing alone/i);
  });
});
