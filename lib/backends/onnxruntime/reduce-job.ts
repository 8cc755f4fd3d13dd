import { numbers } from '../../accuracy/numbers.js';
import { padBatch } from './fixed-batch.js';
import { openSource, type JobContext } from './job-context.js';
import type { ReduceJob, ReduceResult } from './protocol.js';
import { Session } from './runtime.js';

/** Runs a model over the samples once with each set of extra inputs, and combines each output element by element. */
export async function reduce(job: ReduceJob, context: JobContext): Promise<ReduceResult> {
  const source = await openSource(job.source, job.batch, context);
  const session = await Session.open(job.model, { threads: job.threads, exactQdq: true });
  const combine = job.how === 'sum' ? (a: number, b: number): number => a + b : Math.max;
  const trials = job.trials.map(() => job.outputs.map(() => new Float64Array()));
  const runs = source.total === undefined ? {} : { total: Math.ceil(source.total / job.batch) * trials.length };
  let done = 0;
  for await (const batch of source.batches) {
    const feeds = padBatch(batch, job.batch);
    for (const [index, sums] of trials.entries()) {
      await session.run({ ...feeds, ...job.trials[index] }, job.outputs, (outputs) => {
        job.outputs.forEach((name, output) => {
          const values = numbers(outputs[name]!);
          // The first run shows how long an output is.
          sums[output] = Float64Array.from(values, (value, i) =>
            done < trials.length ? value : combine(sums[output]![i]!, value),
          );
        });
      });
      context.onProgress({ phase: job.phase, done: ++done, ...runs });
    }
  }
  await session.dispose();
  return { runs: done / Math.max(1, trials.length), trials };
}
