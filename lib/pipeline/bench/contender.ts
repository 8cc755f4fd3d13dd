import type { LayerTime } from '../../backends/tensorrt/index.js';
import type { Layer } from '../../bench/layers/layer.js';
import type { QueryTimes } from '../../bench/query-times.js';
import type { InferenceTrace } from '../../bench/trace.js';
import type { NamedTensors } from '../../data/index.js';
import type { OperationOptions } from '../../progress.js';

/** How long a round is. */
export interface RoundLength {
  /** Queries that start before this many ms after the session's first do not count. */
  readonly warmUpMs: number;
  /** Least time that the queries that count take. */
  readonly durationMs: number;
  /** Least number of queries that count. */
  readonly iterations: number;
}

/** One round of one contender: what a session of its own measured. */
export interface Round {
  readonly trace: InferenceTrace;
  /** Of the same queries. Not always the trace's own differences: these are as coarse as float32 is late in a round. */
  readonly times: QueryTimes;
  /** Share of the processors that other processes took; null where it is not known or does not matter. */
  readonly otherLoadPercent: number | null;
  /** What was done otherwise than asked. */
  readonly notes: readonly string[];
}

/** A run with the profiler on, apart from those that are timed. */
export interface ProfiledRun {
  readonly layers: readonly Layer[];
  /** As trtexec's `--exportProfile` has them. */
  readonly times: readonly LayerTime[];
  readonly iterations: number;
  readonly outputs: NamedTensors;
}

/** One of those that are timed side by side. */
export interface Contender extends AsyncDisposable {
  readonly label: string;
  /** Path of the model or plan. */
  readonly model: string;
  readonly backend: 'onnxruntime' | 'tensorrt' | 'tensorrt-rtx';
  readonly device: string;
  readonly precision: string | null;
  /** Of each input. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Names of the nodes that its Q/DQ asks to run in INT8; empty for a model without Q/DQ, or a plan alone. */
  readonly quantized: readonly string[];
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  round(length: RoundLength, options: OperationOptions): Promise<Round>;
  profile(options: OperationOptions): Promise<ProfiledRun>;
}
