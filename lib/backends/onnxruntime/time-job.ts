import { CalibrtError } from '../../errors.js';
import { padBatch } from './fixed-batch.js';
import { openSource, type JobContext } from './job-context.js';
import type { TimeJob, TimeResult } from './protocol.js';
import { Session } from './runtime.js';

const WARM_UP_RUNS = 5;
const LEAST_RUNS = 20;
const MOST_RUNS = 1000;
const DURATION_MS = 1500;

/** Runs the models in turn, so that a drift of the machine's speed hits all alike, and takes each one's median. */
export async function timeModels(job: TimeJob, context: JobContext): Promise<TimeResult> {
  const source = await openSource(job.source, job.batch, context);
  const first = await source.batches[Symbol.asyncIterator]().next();
  if (first.done === true) throw new CalibrtError('ERR_DATA_EMPTY', 'there is no sample to time the models on');
  const feeds = padBatch(first.value, job.batch);
  const settings = { threads: job.threads, exactQdq: false, forTiming: true };
  const sessions = await Promise.all(job.models.map((model) => Session.open(model, settings)));
  const times = sessions.map((): number[] => []);

  const end = performance.now() + DURATION_MS;
  for (let run = -WARM_UP_RUNS; run < LEAST_RUNS || (run < MOST_RUNS && performance.now() < end); run++) {
    for (const [index, session] of sessions.entries()) {
      const start = performance.now();
      await session.run(feeds, session.outputNames, () => undefined);
      if (run >= 0) times[index]!.push(performance.now() - start);
    }
    context.onProgress({ phase: 'time', done: Math.max(0, run + 1) });
  }
  await Promise.all(sessions.map((session) => session.dispose()));
  return { medians: times.map(median), runs: times[0]?.length ?? 0 };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
