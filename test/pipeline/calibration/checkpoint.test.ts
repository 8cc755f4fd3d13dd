import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkerProcess, type CaptureState, type SampleSource } from '#lib/backends/onnxruntime/index.js';
import { modelInputs } from '#lib/data/index.js';
import { exposeTensors, openModel } from '#lib/model/index.js';
import { calibrate } from '#lib/pipeline/calibration/calibrate.js';
import { Checkpoint } from '#lib/pipeline/calibration/checkpoint.js';
import { repository } from '../../helpers/fixture.js';

const path = repository('demo/model.onnx');
const data = repository('demo/calibration');
const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-checkpoint-'));
});
afterAll(() => rm(folder, { recursive: true }));

const state: CaptureState = {
  consumed: 3,
  samples: 2,
  skipped: 1,
  allZero: false,
  firstSample: {},
  statistics: new Map([['x', Uint8Array.of(1, 2, 3)]]),
};

describe('a capture', () => {
  it('that goes on from any of its checkpoints ends with the same statistics', async () => {
    const model = await openModel(path);
    const tensors = [model.nodes[0]!.outputs[0]!];
    await exposeTensors(model, tensors).save(at('exposed.onnx'));
    const source: SampleSource = {
      kind: 'dataset',
      spec: { sources: [{ path: data }], preprocess },
      inputs: modelInputs(model.inputs),
      indices: [5, 1, 4, 2, 8],
    };
    const job = { kind: 'capture', model: at('exposed.onnx'), tensors, source, batch: 1, threads: 1 } as const;
    await using worker = new WorkerProcess();
    const states: CaptureState[] = [];
    const whole = await worker.run({ ...job, checkpointMs: 0 }, { onCheckpoint: (each) => void states.push(each) });
    expect(states.map(({ consumed }) => consumed)).toEqual([1, 2, 3, 4, 5]);
    for (const from of [states[0]!, states[3]!, states[4]!]) {
      const resumed = await worker.run({ ...job, from });
      expect(resumed).toMatchObject(
        Object.fromEntries(Object.keys(from).map((key) => [key, whole[key as keyof CaptureState]])),
      );
    }
  });
});

describe('a checkpoint', () => {
  it('survives the disk', async () => {
    const written = await Checkpoint.open(at('a.json'), ['model', [1, 2]]);
    expect(written.state).toBeUndefined();
    written.save(state);
    await written.settled();
    expect((await Checkpoint.open(at('a.json'), ['model', [1, 2]])).state).toEqual({
      ...state,
      statistics: new Map([['x', Buffer.from([1, 2, 3])]]),
    });
  });

  it('of another calibration, or another file, is refused and left alone', async () => {
    const other = await Checkpoint.open(at('b.json'), 'one');
    other.save(state);
    await other.settled();
    await expect(Checkpoint.open(at('b.json'), 'two')).rejects.toMatchObject({ code: 'ERR_TABLE_MISMATCH' });
    await writeFile(at('c.json'), '{"method": "mse"}');
    await expect(Checkpoint.open(at('c.json'), 'one')).rejects.toMatchObject({ code: 'ERR_TABLE_INVALID' });
    expect(await readFile(at('c.json'), 'utf8')).toBe('{"method": "mse"}');
  });
});

describe('calibrate with a file to resume from', () => {
  it('gives the table that it gives without one, and leaves only the table', async () => {
    const options = { data, preprocess, limit: 20, threads: 1 };
    await calibrate(path, at('plain.json'), options);
    const before = await readdir(folder);
    await calibrate(path, at('resumed.json'), { ...options, resume: at('resume.json') });
    expect(await readdir(folder)).toEqual([...before, 'resumed.json'].sort());
    await expect(access(at('resume.json'))).rejects.toThrow('ENOENT');
    expect(await readFile(at('resumed.json'), 'utf8')).toBe(await readFile(at('plain.json'), 'utf8'));
  });

  it('refuses an iterable', async () => {
    const options = { data: [{ input: new Float32Array(1024) }], resume: at('resume.json') };
    await expect(calibrate(path, at('x.json'), options)).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});
