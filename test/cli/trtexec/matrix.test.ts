import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrtexecArguments } from '#lib/cli/trtexec/arguments.js';
import { borrowedFlags } from '#lib/cli/trtexec/flags/calibrt.js';
import { trtexecFlags, type TrtexecFlag } from '#lib/cli/trtexec/flags/index.js';
import { readCalibrationOptions } from '#lib/cli/trtexec/phases/calibration-options.js';
import type { TensorRtFlavour } from '#lib/native.js';
import { repository } from '../../helpers/fixture.js';
import { engineTensors, planBytes, threeProfiles } from './backend-double.js';
import { flagSamples } from './flag-samples.js';
import { runDouble, type DoubleRun } from './run-double.js';

let folder: string;
let before: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-matrix-'));
  await copyFile(repository('demo/model.onnx'), join(folder, 'model.onnx'));
  await writeFile(join(folder, 'model.plan'), planBytes('10'));
  await writeFile(join(folder, 'x.cache'), 'TRT-101600-EntropyCalibration2\ninput: 3c010204\n');
  await writeFile(join(folder, 'input.bin'), new Uint8Array(2 * 32 * 32 * 4));
  before = process.cwd();
  // --dumpRawBindingsToFile writes where it stands.
  process.chdir(folder);
});
afterAll(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true });
});

function commandLines(flag: TrtexecFlag): { readonly without: string[]; readonly with: string[] } {
  const sample = flagSamples[flag.name] ?? {};
  const value = sample.value ?? (flag.form === 'switch' ? undefined : flag.form === 'text' ? 'word' : '3');
  const given = [value === undefined ? flag.name : `${flag.name}=${value}`, ...(sample.after ?? [])];
  const base = [...(sample.instead ?? ['--onnx=DIR/model.onnx']), ...(sample.beside ?? [])];
  const inFolder = (argv: readonly string[]): string[] => argv.map((each) => each.replace('DIR', folder));
  return { without: inFolder(base), with: inFolder([...base, ...given]) };
}

/** All that a run did: what the backend was asked, what was told after the banner, and the file written. */
async function effects({ calls, choice, log }: DoubleRun): Promise<string> {
  const told = log
    .replace(/^&&&&.*$/gm, '')
    .replace(/^.*=== Model Options ===[^]*=== Reporting Options ===[^]*?(?==== Device)/m, '')
    .replaceAll(/calibrt-[A-Za-z0-9]{6}/g, 'TMP')
    .replaceAll(/(time|in|=|time:) [\d.e-]+( sec| milliseconds|$)/gim, '$1');
  const written: (string | undefined)[] = [];
  for (const name of ['out.json', 'matrix.plan', 'timing.cache', 'report.html']) {
    written.push(await readFile(join(folder, name), 'latin1').catch(() => undefined));
    await rm(join(folder, name), { force: true });
  }
  return JSON.stringify([plain(calls), choice, told, written]);
}

function plain(calls: DoubleRun['calls']): unknown {
  const skip = (key: string, value: unknown): unknown =>
    key === 'signal' || typeof value === 'function' ? undefined : value;
  return JSON.parse(JSON.stringify(calls, skip).replaceAll(/calibrt-[A-Za-z0-9]{6}/g, 'TMP'));
}

const run = (argv: readonly string[], flavour: TensorRtFlavour): Promise<DoubleRun> =>
  runDouble(argv, {
    flavour,
    gpus: 2,
    engine: { tensors: argv.some((each) => each.startsWith('--profile=1')) ? threeProfiles : engineTensors },
  });

/** Calibrating for real on every flag that chooses samples would take long; what such a flag comes to is looked at below. */
const isBorrowed = ({ name }: TrtexecFlag): boolean => borrowedFlags.some((flag) => `--${flag.name}` === name);
const driven = trtexecFlags.filter((flag) => flag.name !== '--help' && !isBorrowed(flag));

describe.each(driven)('$name', (flag) => {
  it.each(['10', '11', 'rtx'] as const)('on %s does what the table says', async (flavour) => {
    const treatment = flag.on[flavour];
    const lines = commandLines(flag);
    const withFlag = await run(lines.with, flavour);
    const changed = await effects(withFlag);
    const mentions = withFlag.log.split('\n').filter((line) => /\] \[[IWE]\] /.test(line) && line.includes(flag.name));
    if (treatment.does === 'refused') {
      expect(withFlag.status).toBe(1);
      expect(mentions.some((line) => line.includes(`[E] ${flag.name} is refused on`))).toBe(true);
      expect(withFlag.out).not.toContain('Usage:');
      expect(withFlag.calls).toMatchObject({ built: [], loaded: [], timed: [] });
      return;
    }
    const withoutFlag = await run(lines.without, flavour);
    // Beside it may stand what this library refuses; then there is no run to compare.
    if (withoutFlag.err.includes('is refused on')) return;
    const unchanged = await effects(withoutFlag);
    if (treatment.does === 'nothing') {
      expect(mentions.some((line) => line.includes(`[W] ${flag.name} has no effect on`))).toBe(true);
      // Alone, some are an error.
      if (withoutFlag.status === 0) expect(plain(withFlag.calls)).toEqual(plain(withoutFlag.calls));
    } else {
      expect(withFlag.log).not.toContain(`${flag.name} has no effect`);
      expect(changed).not.toBe(unchanged);
    }
    if (treatment.does === 'in the model') {
      expect(mentions.length).toBeGreaterThan(0);
      if (flag.name !== '--calib') expect(withFlag.calls.built[0]!.model).not.toBe(join(folder, 'model.onnx'));
    }
    // Its verdict depends on how long the double takes.
    if (flag.name === '--timeDeserialize') return;
    expect({ status: withFlag.status, err: withFlag.err.split('\n').filter((line) => line.includes('[E]')) }).toEqual({
      status: 0,
      err: [],
    });
  });
});

describe.each(trtexecFlags.filter(isBorrowed))('$name', (flag) => {
  it('chooses samples or the method', () => {
    const lines = commandLines(flag);
    const options = (argv: readonly string[]): unknown => readCalibrationOptions(new TrtexecArguments(argv));
    expect(options(lines.with)).not.toEqual(options(lines.without));
  });
});

it('--data and --method calibrate for real on TensorRT 10 too', async () => {
  const data = [
    '--int8',
    `--data=${repository('demo/calibration')}`,
    '--pixel-format=gray',
    '--preset=unit',
    '--limit=8',
  ];
  const model = `--onnx=${join(folder, 'model.onnx')}`;
  const run = await runDouble([model, ...data, '--method=minmax', `--calib=${join(folder, 'made.cache')}`]);
  expect(run.status).toBe(0);
  expect(run.out).toMatch(/--calib: calibrated by minmax on 8 samples \(--data\), wrote/);
  expect(run.calls.built[0]!.options.calibrator).toMatchObject({
    algorithm: 'entropy2',
    options: { cache: join(folder, 'made.cache') },
  });
  expect(await readFile(join(folder, 'made.cache'), 'utf8')).toMatch(/^TRT-\d+-EntropyCalibration2\ninput: /);
});
