import { cpus } from 'node:os';
import type { BenchJob, BenchResult } from './protocol.js';
import { Session } from './runtime.js';

/** A network that takes seconds is warmed up by one run; the others by time. */
const LEAST_WARM_UP_RUNS = 1;

/**
 * One round of a benchmark: a session of its own, warmed up and then timed run by run with the host's clock. Nothing else happens
 * between two runs, so that a run finds the caches as the one before left them, as in an application's loop.
 */
export async function bench(job: BenchJob): Promise<BenchResult> {
  const session = await Session.open(job.model, {
    threads: job.threads,
    exactQdq: false,
    forTiming: true,
    spinning: job.spinning,
    name: job.name,
  });
  try {
    const run = session.prepare(job.feeds);
    const warmUpEnd = performance.now() + job.warmUpMs;
    let warmUpQueries = 0;
    while (job.warmUpMs > 0 && (warmUpQueries < LEAST_WARM_UP_RUNS || performance.now() < warmUpEnd)) {
      await run();
      warmUpQueries++;
    }
    const load = new LoadMeter();
    const starts: number[] = [];
    const ends: number[] = [];
    const begin = performance.now();
    while (starts.length < job.iterations || performance.now() - begin < job.durationMs) {
      starts.push(performance.now() - begin);
      const dispose = await run();
      ends.push(performance.now() - begin);
      dispose();
    }
    return {
      starts: Float64Array.from(starts),
      ends: Float64Array.from(ends),
      warmUpQueries,
      otherLoadPercent: load.others(),
    };
  } finally {
    await session.dispose();
  }
}

/** How busy the processors are with other processes. */
class LoadMeter {
  readonly #own = process.cpuUsage();
  readonly #all = total();

  /** Share of all processors that others took since this meter began, in per cent; null where the system does not tell. */
  others(): number | null {
    const { user, system } = process.cpuUsage(this.#own);
    const { busy, all } = total();
    const elapsed = all - this.#all.all;
    if (elapsed <= 0) return null;
    const others = busy - this.#all.busy - (user + system) / 1000;
    return Math.min(100, Math.max(0, (others / elapsed) * 100));
  }
}

/** Milliseconds of all processors since the system began. */
function total(): { busy: number; all: number } {
  const times = cpus().map(({ times }) => times);
  const all = times.reduce((sum, { user, nice, sys, irq, idle }) => sum + user + nice + sys + irq + idle, 0);
  return { all, busy: all - times.reduce((sum, { idle }) => sum + idle, 0) };
}
