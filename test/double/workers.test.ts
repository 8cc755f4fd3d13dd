import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { fixture } from '../backends/tensorrt/rtx.js';
import { useDouble, withoutBridge } from '../support/double.js';

const without = withoutBridge('10');

interface Message {
  readonly calibrating?: number;
  readonly round?: number;
  readonly scores?: readonly number[];
}

/** A worker, and what it has told so far. */
function start(rounds: number, value: number): { worker: Worker; told: Message[]; failed: unknown[] } {
  const told: Message[] = [];
  const failed: unknown[] = [];
  const workerData = { model: fixture('tiny-cnn-fp32.onnx'), rounds, value };
  const worker = new Worker(new URL('./children/worker.mjs', import.meta.url), { workerData, env: process.env });
  worker.on('message', (message: Message) => told.push(message));
  worker.on('error', (error) => failed.push(error));
  return { worker, told, failed };
}

async function ended(worker: Worker): Promise<unknown> {
  return ((await once(worker, 'exit')) as unknown[])[0];
}

async function hears(worker: Worker, wanted: (message: Message) => boolean): Promise<void> {
  for (;;) {
    const [message] = (await once(worker, 'message')) as [Message];
    if (wanted(message)) return;
  }
}

describe.skipIf(without !== '')(`worker threads on the double${without}`, () => {
  it('build and infer beside each other', async () => {
    useDouble({ stepMs: 1, batchMs: 1 });
    const both = [start(3, 1), start(3, 2)];
    expect(await Promise.all(both.map(({ worker }) => ended(worker)))).toEqual([0, 0]);
    for (const [i, { told, failed }] of both.entries()) {
      expect(failed).toEqual([]);
      const rounds = told.filter(({ scores }) => scores !== undefined);
      expect(rounds.map(({ round }) => round)).toEqual([0, 1, 2]);
      // The double's first score of a network that it stands in for is the input's mean.
      for (const { scores } of rounds) expect(scores).toEqual(new Array<number>(10).fill(i + 1));
    }
  });

  it.each([
    ['a calibration', ({ calibrating }: Message) => calibrating === 1],
    ['the first round', ({ calibrating }: Message) => calibrating === 0],
    ['what follows inferences', ({ round }: Message) => round === 1],
  ])('terminated in the middle of %s leave the other and the process alive', async (_, wanted) => {
    useDouble({ steps: 10, stepMs: 2, batchMs: 2 });
    const doomed = start(1000, 1);
    const other = start(3, 2);
    const otherEnded = ended(other.worker);
    await hears(doomed.worker, wanted);
    expect(await doomed.worker.terminate()).toBe(1);
    expect(doomed.failed).toEqual([]);
    expect(await otherEnded).toBe(0);
    expect(other.failed).toEqual([]);
    expect(other.told.filter(({ scores }) => scores !== undefined)).toHaveLength(3);
  });
});
