import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrtexecBackend } from '#lib/cli/trtexec/backend.js';
import { helpText } from '#lib/cli/trtexec/help.js';
import { fixture, repository } from '../../helpers/fixture.js';
import { planBytes, staticTensors, threeProfiles, type DoubleOptions } from './backend-double.js';
import { runDouble, withoutNumbers, type DoubleRun } from './run-double.js';

const goldens = repository('test/cli/trtexec/goldens');

let folder: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-trtexec-'));
  model = join(folder, 'model.onnx');
  await copyFile(repository('demo/model.onnx'), model);
  await copyFile(fixture('tiny-cnn-fp32.onnx'), join(folder, 'static.onnx'));
  await writeFile(join(folder, 'model.plan'), planBytes('10'));
  await writeFile(join(folder, 'x.cache'), 'TRT-101600-EntropyCalibration2\ninput: 3c010204\n');
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs, and compares the log with goldens/NAME.log, numbers aside. */
async function expectGolden(name: string, argv: readonly string[], options: DoubleOptions = {}): Promise<DoubleRun> {
  const run = await runDouble(
    argv.map((argument) => argument.replace('DIR', folder)),
    options,
  );
  const path = join(goldens, `${name}.log`);
  // What help says comes from the table; flags.test.ts looks at it.
  const log = withoutNumbers(run.log.replaceAll(helpText(), 'HELP'), folder);
  if (process.env['CALIBRT_WRITE_GOLDENS'] === '1' && !existsSync(path)) {
    await mkdir(goldens, { recursive: true });
    await writeFile(path, log);
  }
  expect(log.split('\n')).toEqual((await readFile(path, 'utf8')).split('\n'));
  return run;
}

const json = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, name), 'utf8')) as unknown;

describe('the log, line by line', () => {
  it('of a plain run of an ONNX model', async () => {
    const run = await expectGolden('onnx', ['--onnx=DIR/static.onnx'], { engine: { tensors: staticTensors } });
    expect(run.status).toBe(0);
    expect(run.calls.timed).toMatchObject([
      { iterations: 10, warmUpMs: 200, durationSeconds: 3, transfers: true, cudaGraph: false, spinWait: false },
    ]);
    expect(run.calls.disposed).toBe(1);
    // Warnings and errors alone go to stderr.
    expect(run.err.split('\n').filter((line) => line !== '' && !/\] \[[WEF]\] /.test(line))).toEqual([]);
    expect(run.out).not.toMatch(/\] \[[WEF]\] /);
  });

  it('of a save, then a load', async () => {
    const saved = await expectGolden('save', [
      '--onnx=DIR/model.onnx',
      '--saveEngine=DIR/saved.plan',
      '--shapes=input:2x1x32x32',
    ]);
    expect(saved.status).toBe(0);
    expect(new Uint8Array(await readFile(join(folder, 'saved.plan')))).toEqual(planBytes('10'));
    const loaded = await expectGolden('load', ['--loadEngine=DIR/saved.plan', '--shapes=input:2x1x32x32']);
    expect(loaded.status).toBe(0);
    expect(loaded.calls.built).toEqual([]);
    expect(loaded.calls.loaded).toMatchObject([{ plan: join(folder, 'saved.plan'), options: { device: 0 } }]);
  });

  it('of --skipInference', async () => {
    const run = await expectGolden('skip-inference', ['--onnx=DIR/model.onnx', '--skipInference']);
    expect(run.status).toBe(0);
    expect(run.calls.timed).toEqual([]);
  });

  it('of --skipInference on TensorRT-RTX without a GPU', async () => {
    const run = await expectGolden('skip-inference-rtx', ['--onnx=DIR/model.onnx', '--skipInference'], {
      flavour: 'rtx',
      gpus: 0,
    });
    expect(run.status).toBe(0);
    expect(run.calls.loaded).toEqual([]);
  });

  it('of dynamic shapes with three profiles', async () => {
    const profile = (index: number, batch: number): string[] => [
      `--profile=${index}`,
      '--minShapes=input:1x1x32x32',
      `--optShapes=input:${batch}x1x32x32`,
      `--maxShapes=input:${batch * 2}x1x32x32`,
    ];
    const run = await expectGolden(
      'three-profiles',
      [
        '--onnx=DIR/model.onnx',
        ...[profile(0, 1), profile(1, 4), profile(2, 16)].flat(),
        '--useProfile=2',
        '--dumpOptimizationProfile',
        '--shapes=input:8x1x32x32',
      ],
      { engine: { tensors: threeProfiles } },
    );
    expect(run.status).toBe(0);
    expect(run.calls.built[0]!.options.profiles).toEqual(
      [1, 4, 16].map((batch) => ({
        input: { min: [1, 1, 32, 32], opt: [batch, 1, 32, 32], max: [batch * 2, 1, 32, 32] },
      })),
    );
    expect(run.calls.timed[0]).toMatchObject({ profile: 2, shapes: { input: [8, 1, 32, 32] } });
  });

  it('of --int8 --calib', async () => {
    expect((await expectGolden('int8-calib', ['--onnx=DIR/model.onnx', '--int8', '--calib=DIR/x.cache'])).status).toBe(
      0,
    );
  });

  it('of --int8 --calib on TensorRT 11, where the cache becomes Q/DQ', async () => {
    const run = await expectGolden('int8-calib-11', ['--onnx=DIR/model.onnx', '--int8', '--calib=DIR/x.cache'], {
      flavour: '11',
    });
    expect(run.status).toBe(0);
    expect(run.calls.built[0]!.model).not.toBe(model);
  });

  it('of --exportTimes, --exportProfile, --exportOutput and --exportLayerInfo', async () => {
    const exported = ['Times', 'Profile', 'Output', 'LayerInfo'].map((what) => `--export${what}=DIR/${what}.json`);
    const dumped = ['--dumpProfile', '--dumpOutput', '--dumpLayerInfo'];
    const run = await expectGolden('exports', ['--onnx=DIR/model.onnx', ...exported, ...dumped]);
    expect(run.status).toBe(0);

    const times = (await json('Times.json')) as Record<string, number>[];
    expect(times).toHaveLength(24);
    expect(Object.keys(times[0]!)).toEqual(
      'startEnqMs endEnqMs startH2dMs endH2dMs startComputeMs endComputeMs startD2hMs endD2hMs h2dMs computeMs d2hMs latencyMs'.split(
        ' ',
      ),
    );
    expect(times[1]).toMatchObject({ startEnqMs: 202, h2dMs: expect.closeTo(0.2, 3) as number });
    expect(await json('Profile.json')).toEqual([
      { count: 34 },
      { name: 'conv "1"', timeMs: 34, averageMs: 1, medianMs: 0.99, percentage: 80 },
      { name: 'relu', timeMs: 8.5, averageMs: 0.25, medianMs: 0.25, percentage: 20 },
      { name: 'nothing', timeMs: 0, averageMs: 0, medianMs: 0, percentage: 0 },
    ]);
    expect(await json('Output.json')).toEqual([
      { name: 'scores', dimensions: '2x5', values: [0.5, -1, null, null, 1e-7, 1, 2, 3, 4, 5] },
    ]);
    expect(await json('LayerInfo.json')).toMatchObject({
      Layers: [{ Name: 'conv', Metadata: '[ONNX Layer: a\u001eb]' }, 'relu'],
      Bindings: ['input', 'scores'],
    });
    // The profile has a run of its own.
    expect(run.calls.timed.map(({ profileLayers }) => profileLayers ?? false)).toEqual([false, true]);
  });

  it('of --useCudaGraph, captured and not', async () => {
    const captured = await expectGolden('cuda-graph', ['--onnx=DIR/model.onnx', '--useCudaGraph']);
    expect(captured.calls.timed[0]).toMatchObject({ cudaGraph: true });
    const notes = ['the CUDA graph could not be captured: queries are enqueued'];
    const refused = await runDouble(['--loadEngine=' + join(folder, 'model.plan'), '--useCudaGraph'], { notes });
    expect(refused.status).toBe(0);
    expect(refused.err).toContain(notes[0]);
    expect(refused.out).not.toContain('Successfully captured');
  });

  it('of --infStreams=4', async () => {
    const run = await expectGolden('streams', ['--onnx=DIR/model.onnx', '--infStreams=4', '--threads']);
    expect(run.calls.timed[0]).toMatchObject({ streams: 4, threads: true });
  });

  it('of an unknown flag, a bad value, a number too great', async () => {
    expect((await expectGolden('unknown-flag', ['--onnx=DIR/model.onnx', '--fp17', '--fp16', '--fp16'])).status).toBe(
      1,
    );
    expect((await expectGolden('bad-value', ['--onnx=DIR/model.onnx', '--iterations=many'])).status).toBe(1);
    expect((await expectGolden('out-of-range', ['--onnx=DIR/model.onnx', '--iterations=99999999999'])).status).toBe(1);
  });

  it('of no arguments, and of --help', async () => {
    expect((await expectGolden('no-arguments', [])).status).toBe(0);
    expect((await expectGolden('help', ['--onnx=DIR/model.onnx', '--help'])).status).toBe(0);
  });
});

describe('interrupting', () => {
  it('ends with 130', async () => {
    const abort = new AbortController();
    const open = (): Promise<TrtexecBackend> => {
      abort.abort();
      return Promise.reject(new Error('aborted'));
    };
    const run = await runDouble(['--onnx=x'], { open, signal: abort.signal });
    expect(run.status).toBe(130);
    expect(run.err).toContain('interrupted');
  });
});
