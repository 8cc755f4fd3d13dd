import type { InferenceTrace } from './trace.js';

const f = Math.fround;

/** Durations in ms of the queries of a trace, float32, as trtexec derives them from its events. */
export interface QueryTimes {
  readonly enqueue: Float32Array;
  readonly h2d: Float32Array;
  readonly compute: Float32Array;
  readonly d2h: Float32Array;
  /** h2d + compute + d2h; the gaps between them do not count. */
  readonly latency: Float32Array;
}

/** The durations in a trace. */
export function queryTimes(trace: InferenceTrace): QueryTimes {
  const enqueue = minus(trace.enqueueEnd, trace.enqueueStart);
  const h2d = minus(trace.h2dEnd, trace.h2dStart);
  const compute = minus(trace.computeEnd, trace.computeStart);
  const d2h = minus(trace.d2hEnd, trace.d2hStart);
  return { enqueue, h2d, compute, d2h, latency: h2d.map((value, i) => f(f(value + compute[i]!) + d2h[i]!)) };
}

function minus(end: Float32Array, start: Float32Array): Float32Array {
  return end.map((value, i) => value - start[i]!);
}
