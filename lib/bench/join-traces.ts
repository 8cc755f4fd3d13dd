import type { QueryTimes } from './query-times.js';
import type { InferenceTrace } from './trace.js';

const times = [
  'enqueueStart',
  'enqueueEnd',
  'h2dStart',
  'h2dEnd',
  'computeStart',
  'computeEnd',
  'd2hStart',
  'd2hEnd',
] as const;

/**
 * One trace of all rounds, as if each had begun where the one before ended: without the pauses, for in float32 a later clock is a coarser
 * one. For the figures, join the durations ({@link joinTimes}), which this rounds once more.
 */
export function joinTraces(traces: readonly InferenceTrace[]): InferenceTrace {
  let end = 0;
  const begins = traces.map((trace) => {
    const begin = end - (trace.h2dStart[0] ?? 0);
    end = begin + trace.d2hEnd.reduce((latest, time) => Math.max(latest, time), 0);
    return begin;
  });
  const columns = times.map((name): [string, Float32Array] => [
    name,
    Float32Array.from(traces.flatMap((trace, round) => Array.from(trace[name], (time) => time + begins[round]!))),
  ]);
  return {
    ...(Object.fromEntries(columns) as Record<(typeof times)[number], Float32Array>),
    stream: Uint32Array.from(traces.flatMap((trace) => [...trace.stream])),
    walltimeMs: sum(traces.map((trace) => trace.walltimeMs)),
    warmUpQueries: sum(traces.map((trace) => trace.warmUpQueries)),
  };
}

/** The durations of all rounds, one round after the other. */
export function joinTimes(rounds: readonly QueryTimes[]): QueryTimes {
  const join = (name: keyof QueryTimes): Float32Array => Float32Array.from(rounds.flatMap((round) => [...round[name]]));
  return {
    enqueue: join('enqueue'),
    h2d: join('h2d'),
    compute: join('compute'),
    d2h: join('d2h'),
    latency: join('latency'),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
