import { numbers } from '../../accuracy/numbers.js';
import type { NamedTensors, Tensor } from '../../data/tensor.js';
import { dialInputs, openDial } from '../../model/dial-inputs.js';
import { ownRows, padBatch } from './fixed-batch.js';
import { openSource, peakRssMb, type JobContext } from './job-context.js';
import type { Trial, TrialsJob, TrialsResult } from './protocol.js';
import { Session } from './runtime.js';

/** Runs every trial on every sample in one session; of each run only sums are kept. */
export async function runTrials(job: TrialsJob, context: JobContext): Promise<TrialsResult> {
  const source = await openSource(job.source, job.batch, context);
  const settings = { threads: job.threads, exactQdq: true };
  const session = await Session.open(job.model, settings);
  const truth = job.reference === undefined ? session : await Session.open(job.reference, settings);
  const open = dials(job.tensors, []);
  const trials = job.trials.map((trial) => dials(job.tensors, trial));
  const signal = new Float64Array(job.outputs.length);
  const errors = trials.map(() => new Float64Array(job.outputs.length));
  let samples = 0;
  let done = 0;

  for await (const batch of source.batches) {
    const count = batch.names.length;
    const feeds = padBatch(batch, job.batch);
    await truth.run({ ...feeds, ...open }, job.outputs, async (reference) => {
      const rows = ({ dtype, ...tensor }: Tensor): ArrayLike<number> =>
        numbers({ dtype, data: ownRows({ dtype, ...tensor }, count, job.batch) });
      const expected = job.outputs.map((name) => rows(reference[name]!));
      expected.forEach((values, output) => (signal[output]! += sumOfSquares(values)));
      for (const [index, trial] of trials.entries()) {
        await session.run({ ...feeds, ...trial }, job.outputs, (actual) => {
          job.outputs.forEach((name, output) => {
            errors[index]![output]! += squaredError(expected[output]!, numbers(actual[name]!));
          });
        });
        const total = source.total === undefined ? {} : { total: Math.ceil(source.total / job.batch) * trials.length };
        context.onProgress({ phase: 'compare', done: ++done, ...total });
      }
    });
    samples += count;
  }
  for (const each of new Set([session, truth])) await each.dispose();
  return { samples, signal, errors, peakRssMb: peakRssMb() };
}

function dials(length: number, trial: Trial): NamedTensors {
  const vector = (value: 'step' | 'low' | 'high'): NamedTensors[string] => {
    const data = new Float32Array(length).fill(openDial[value]);
    for (const { index, dial } of trial) data[index] = dial[value];
    return { dtype: 'float32', shape: [length], data };
  };
  return { [dialInputs.steps]: vector('step'), [dialInputs.lows]: vector('low'), [dialInputs.highs]: vector('high') };
}

function sumOfSquares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}

function squaredError(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = expected[i]! - actual[i]!;
    sum += difference * difference;
  }
  return sum;
}
