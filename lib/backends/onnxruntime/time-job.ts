import { CalibrtError } from '../../errors.js';
import { padBatch } from './fixed-batch.js';
import { openSource, type JobContext } from './job-context.js';
import type { TimeJob, TimeResult } from './protocol.js';
import { Session } from './runtime.js';

const WARM_UP_RUNS = 5;
const LEAST_RUNS = 20;
const MOST_RUNS = 1000;
const DURATION_MS = 1500;
/** A network that takes seconds is timed by fewer runs. */
const PATIENCE_MS = 20_000;
const FEWEST_RUNS = 3;

/** Runs the models in turn, so that a drift of the machine's speed hits all alike, and takes each one's median. */
export async function timeModels(job: TimeJob, context: JobContext): Promise<TimeResult> {
  const source = await openSource(job.source, job.batch, context);
  const first = await source.batches[Symbol.asyncIterator]().next();
  if (first.done === true) throw new CalibrtError('ERR_DATA_EMPTY', 'there is no sample to time the models on');
  const feeds = padBatch(first.value, job.batch);
  const settings = { threads: job.threads, exactQdq: false, forTiming: true };
  const sessions = await Promise.all(job.models.map((model) => Session.open(model, settings)));
  const times = sessions.map((): number[] => []);

  const begin = performance.now();
  const elapsed = (): number => performance.now() - begin;
  const round = async (keep: boolean): Promise<void> => {
    for (const [index, session] of sessions.entries()) {
      const start = performance.now();
      await session.run(feeds, session.outputNames, () => undefined);
      if (keep) times[index]!.push(performance.now() - start);
    }
  };
  for (let run = 0; run < WARM_UP_RUNS && (run === 0 || elapsed() < PATIENCE_MS / 4); run++) await round(false);
  const end = elapsed() + DURATION_MS;
  const isEnough = (runs: number): boolean =>
    runs >= MOST_RUNS || (elapsed() > end && runs >= (elapsed() < PATIENCE_MS ? LEAST_RUNS : FEWEST_RUNS));
  for (let run = 0; !isEnough(run);) {
    await round(true);
    context.onProgress({ phase: 'time', done: ++run });
  }
  await Promise.all(sessions.map((session) => session.dispose()));
  return { medians: times.map(median), runs: times[0]?.length ?? 0 };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
