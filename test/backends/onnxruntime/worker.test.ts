import { afterEach, describe, expect, it } from 'vitest';
import { WorkerProcess } from '#lib/backends/onnxruntime/index.js';
import type { CaptureJob } from '#lib/backends/onnxruntime/index.js';
import type { Batch } from '#lib/data/index.js';
import { CalibrtError } from '#lib/errors.js';
import { native } from '#lib/native.js';
import { fixture } from '../../helpers/fixture.js';

// y = relu(x), x and y [N, 4]; made by scripts/fixtures/make_relu.py.
const relu = fixture('relu.onnx');

const workers: WorkerProcess[] = [];
function worker(): WorkerProcess {
  const created = new WorkerProcess();
  workers.push(created);
  return created;
}
afterEach(async () => {
  await Promise.all(workers.splice(0).map((each) => each[Symbol.asyncDispose]()));
});

function batch(values: number[]): Batch {
  return { names: ['s'], inputs: { x: { dtype: 'float32', shape: [1, 4], data: Float32Array.from(values) } } };
}

const job: CaptureJob = {
  kind: 'capture',
  model: relu,
  tensors: ['x', 'y'],
  source: { kind: 'stream' },
  batch: 1,
  threads: 1,
};

async function* stream(count: number): AsyncGenerator<Batch> {
  for (let i = 0; i < count; i++) {
    await Promise.resolve();
    yield batch([i, -i, 0, 1]);
  }
}

describe('WorkerProcess', () => {
  it('captures statistics of inputs and inner tensors from a stream', async () => {
    const result = await worker().run(job, { stream: stream(5) });
    const [x, y] = [...result.statistics.values()].map((bytes) => native().Statistics.deserialize(bytes).summary());
    expect(result.samples).toBe(5);
    expect([x?.min, x?.max, x?.count]).toEqual([-4, 4, 20n]);
    expect([y?.min, y?.max, y?.count]).toEqual([0, 4, 20n]);
    expect(result.firstSample['x']).toMatchObject({ shape: [1, 4], min: 0, max: 1 });
  });

  it('takes one job after the other', async () => {
    const one = worker();
    const first = await one.run(job, { stream: stream(3) });
    const second = await one.run(job, { stream: stream(3) });
    expect(second.statistics).toEqual(first.statistics);
  });

  it('repeats the last sample for a fixed batch, and does not count the repetition', async () => {
    const whole = await worker().run(job, { stream: stream(3) });
    const padded = await worker().run({ ...job, batch: 4 }, { stream: stream(3) });
    expect(padded.statistics).toEqual(whole.statistics);
  });

  it('reads a stream no faster than it is used', async () => {
    let produced = 0;
    const abort = new AbortController();
    async function* endless(): AsyncGenerator<Batch> {
      for (;;) {
        await Promise.resolve();
        produced++;
        yield batch([1, 2, 3, 4]);
      }
    }
    const onProgress = ({ done }: { done: number }): void => {
      expect(produced - done).toBeLessThanOrEqual(4);
      if (done >= 50) abort.abort();
    };
    const running = worker().run(job, { stream: endless(), signal: abort.signal, onProgress });
    await expect(running).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  it('gives the caller what its own stream threw, with its stack', async () => {
    async function* broken(): AsyncGenerator<Batch> {
      yield batch([1, 2, 3, 4]);
      await Promise.resolve();
      throw new TypeError('the loader broke');
    }
    await expect(worker().run(job, { stream: broken() })).rejects.toThrow(new TypeError('the loader broke'));
  });

  it('gives the caller what its own progress callback threw', async () => {
    const onProgress = (): never => {
      throw new RangeError('no more');
    };
    await expect(worker().run(job, { stream: stream(3), onProgress })).rejects.toThrow(RangeError);
  });

  it('does not start when the signal has fired already', async () => {
    await expect(worker().run(job, { signal: AbortSignal.abort('why'), stream: stream(1) })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
      cause: 'why',
    });
  });

  it('names a model that ONNX Runtime refuses', async () => {
    const running = worker().run({ kind: 'evaluate', model: Uint8Array.of(1, 2, 3), feeds: {} });
    await expect(running).rejects.toBeInstanceOf(CalibrtError);
    await expect(running).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID' });
  });

  it('says how the process died', async () => {
    const one = worker();
    const running = one.run(job, { stream: hanging() });
    setTimeout(() => void one[Symbol.asyncDispose](), 200);
    await expect(running).rejects.toMatchObject({
      code: 'ERR_CHILD',
      message: expect.stringContaining('SIGKILL') as string,
    });
  });
});

async function* hanging(): AsyncGenerator<Batch> {
  yield batch([1, 2, 3, 4]);
  await new Promise(() => undefined);
}
