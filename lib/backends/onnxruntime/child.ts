/** Entry of the forked process: takes jobs from the parent, one at a time, and dies with it. */
import type { Batch } from '../../data/batch.js';
import { serializeError } from '../../errors.js';
import type { Progress } from '../../progress.js';
import { bench } from './bench-job.js';
import { capture } from './capture-job.js';
import { compare } from './compare-job.js';
import { compareStored } from './compare-stored-job.js';
import { evaluate } from './evaluate-job.js';
import type { JobContext } from './job-context.js';
import { judge } from './judge-job.js';
import { profile } from './profile-job.js';
import type { Job, JobResults, ToChild, ToParent } from './protocol.js';
import { record } from './record-job.js';
import { reduce } from './reduce-job.js';
import { preload } from './runtime.js';
import { timeModels } from './time-job.js';
import { runTrials } from './trials-job.js';

/** Batches on their way from the parent: one being used, one waiting. */
const STREAM_AHEAD = 2;

const PROGRESS_EVERY_MS = 50;

const waiting: ((batch: Batch | null) => void)[] = [];
const arrived: (Batch | null)[] = [];

function send(message: ToParent): Promise<void> {
  // Waiting for the pipe is what bounds the child's memory when the parent is slow.
  return new Promise((resolve) => {
    if (process.connected) process.send!(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

function nextBatch(): Promise<Batch | null> {
  void send({ type: 'next' });
  const batch = arrived.shift();
  return batch === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(batch);
}

async function* streamed(): AsyncGenerator<Batch> {
  for (let ahead = 1; ahead < STREAM_AHEAD; ahead++) void send({ type: 'next' });
  for (let batch = await nextBatch(); batch !== null; batch = await nextBatch()) yield batch;
}

/** Passes on the first report of a phase, the last, and a few a second between them. */
function throttled(report: (progress: Progress) => void): (progress: Progress) => void {
  let phase: string | undefined;
  let next = 0;
  return (progress) => {
    const now = performance.now();
    if (progress.phase === phase && now < next && progress.done !== progress.total) return;
    phase = progress.phase;
    next = now + PROGRESS_EVERY_MS;
    report(progress);
  };
}

const context: JobContext = {
  stream: streamed,
  onProgress: throttled((progress) => void send({ type: 'progress', progress })),
  onWarning: (message) => void send({ type: 'warning', message }),
  onCheckpoint: (state) => void send({ type: 'checkpoint', state }),
};

function perform(job: Job): Promise<JobResults[keyof JobResults]> {
  switch (job.kind) {
    case 'bench':
      return bench(job);
    case 'capture':
      return capture(job, context);
    case 'compare':
      return compare(job, context);
    case 'compare-stored':
      return compareStored(job, context);
    case 'evaluate':
      return evaluate(job);
    case 'judge':
      return judge(job, context);
    case 'profile':
      return profile(job);
    case 'record':
      return record(job, context);
    case 'reduce':
      return reduce(job, context);
    case 'time':
      return timeModels(job, context);
    case 'trials':
      return runTrials(job, context);
  }
}

process.on('message', (message: ToChild) => {
  if (message.type === 'batch') {
    const resolve = waiting.shift();
    if (resolve) resolve(message.batch);
    else arrived.push(message.batch);
  } else if (message.type === 'job') {
    // An end-of-stream that the job before had asked for twice.
    arrived.length = 0;
    perform(message.job)
      .then((result) => send({ type: 'result', result }))
      .catch((error: unknown) => send({ type: 'error', error: serializeError(error) }));
  } else {
    process.exit(0);
  }
});
// While the parent opens its model.
preload();
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole process group; the parent decides what to do about it, and kills this process.
process.on('SIGINT', () => undefined);
