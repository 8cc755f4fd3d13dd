import { timeEngine } from 'calibrt';
import { onDouble } from './conditions.mjs';
import { withEngine } from './with-engine.mjs';

/** Seconds that each round measures, and ms before that do not count; the same for all that time a plan. */
export const seconds = onDouble ? 0.05 : 1.5;
export const warmUpMs = onDouble ? 10 : 300;
const rounds = 3;

/** How far another program's figures may be from ours for the same plan. */
const tolerances = { computeMs: 0.01, latencyMs: 0.02, throughput: 0.02 };

/** Medians in ms and queries per second. */
export function figuresOf(trace) {
  const column = (of) => median(Float32Array.from({ length: trace.stream.length }, (_, i) => of(i)));
  const compute = (i) => trace.computeEnd[i] - trace.computeStart[i];
  const h2d = (i) => trace.h2dEnd[i] - trace.h2dStart[i];
  const d2h = (i) => trace.d2hEnd[i] - trace.d2hStart[i];
  return {
    queries: trace.stream.length,
    computeMs: column(compute),
    latencyMs: column((i) => h2d(i) + compute(i) + d2h(i)),
    throughput: (trace.stream.length / trace.walltimeMs) * 1000,
  };
}

/** Times a plan by `timeEngine`. */
export function timePlan(plan, options = {}) {
  return withEngine(plan, async (engine) => {
    const { trace, notes } = await timeEngine(engine, { durationSeconds: seconds, warmUpMs, ...options });
    return { ...figuresOf(trace), ...(notes.length === 0 ? {} : { notes }) };
  });
}

/**
 * Times a plan by `timeEngine` and by another program in turn, and compares the median round of each.
 *
 * @param time - Resolves to the program's figures for a plan, at `{input, shape}`.
 */
export async function compareTimes(comparisons, time, plan, model) {
  const shape = [model.batch, ...model.sampleShape];
  const ours = [];
  const theirs = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await timePlan(plan, { shapes: { [model.input]: shape } }));
    theirs.push(await time(plan, { input: model.input, shape }));
  }
  const middle = (list, name) => median(list.map((each) => each[name]));
  for (const [name, tolerance] of Object.entries(tolerances)) {
    comparisons.nearly(name, { ours: middle(ours, name), theirs: middle(theirs, name), tolerance });
  }
}

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
