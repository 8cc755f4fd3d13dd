/**
 * One timed run, one element per query, in ms since the start of the measurement, float32 as trtexec keeps them.
 *
 * All arrays have the same length and are sorted by `h2dStart`. Queries of the warm-up are not in them, only counted. Enqueue times
 * are of the host's clock, the others of the GPU's; each counts from its own start, so the two kinds are not comparable with each
 * other. Without transfers `h2dStart` and `h2dEnd` equal `computeStart`, `d2hStart` and `d2hEnd` equal `computeEnd`.
 */
export interface InferenceTrace {
  /** Inference stream (execution context) that ran the query, from 0. */
  readonly stream: Uint32Array;
  readonly enqueueStart: Float32Array;
  readonly enqueueEnd: Float32Array;
  readonly h2dStart: Float32Array;
  readonly h2dEnd: Float32Array;
  readonly computeStart: Float32Array;
  readonly computeEnd: Float32Array;
  readonly d2hStart: Float32Array;
  readonly d2hEnd: Float32Array;
  /** From the first query's `h2dStart` to the last query's `d2hEnd`, of those that count; 0 where none does. */
  readonly walltimeMs: number;
  /** Queries that ran before the warm-up was over. */
  readonly warmUpQueries: number;
}
