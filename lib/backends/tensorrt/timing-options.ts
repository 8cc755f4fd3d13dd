import type { InferenceTrace } from '../../bench/trace.js';
import type { NamedTensors } from '../../data/index.js';
import type { OperationOptions } from '../../progress.js';

/** How an engine is timed; the names of trtexec's flags are given where they differ. */
export interface TimingOptions extends OperationOptions {
  /** Shape of each input with a dynamic dimension; for a shape tensor, its values. Default: the profile's OPT. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** Values of inputs; those not given are filled at random as trtexec does. Shapes must be those above. */
  readonly inputs?: NamedTensors;
  /** The optimization profile, default 0 (`--useProfile`). */
  readonly profile?: number;
  /** Least number of queries per stream after the warm-up; default 10. */
  readonly iterations?: number;
  /** Queries that start before this many ms do not count; default 200 (`--warmUp`). */
  readonly warmUpMs?: number;
  /**
   * Least number of seconds to measure; default 3. -1 measures until `signal` fires or the engine is disposed of, and then resolves with
   * what was measured.
   */
  readonly durationSeconds?: number;
  /** Delay in ms between the launch of the first query and the start on the GPU; default 0 (`--sleepTime`). */
  readonly sleepMs?: number;
  /** Pause in ms after every query; default 0 (`--idleTime`). */
  readonly idleMs?: number;
  /** Execution contexts that run at the same time; default 1 (`--infStreams`). */
  readonly streams?: number;
  /** One host thread per stream instead of one for all; default false. */
  readonly threads?: boolean;
  /** Replay a captured CUDA graph; where capture fails, run without and say so in `notes`. Default false (`--useCudaGraph`). */
  readonly cudaGraph?: boolean;
  /** Wait for events by spinning instead of blocking; default false (`--useSpinWait`). */
  readonly spinWait?: boolean;
  /** Copy inputs and outputs in every query; default true (false: `--noDataTransfers`). */
  readonly transfers?: boolean;
  /** Do not overlap copies with compute; default false. */
  readonly exposeDma?: boolean;
  /** Buffers in managed memory; default false (`--useManagedMemory`). */
  readonly managedMemory?: boolean;
  /** Share of the device's persisting L2 cache for activations, 0 to 1; default 0. */
  readonly persistentCacheRatio?: number;
  /** How each context gets its activation memory; default `static` (`--allocationStrategy`). */
  readonly allocationStrategy?: 'static' | 'profile' | 'runtime';
  /** Time each layer of stream 0 as well; enqueue and compute times then include that. Excludes `cudaGraph`. Default false. */
  readonly profileLayers?: boolean;
  /** Return the outputs of stream 0's last query; default false. */
  readonly fetchOutputs?: boolean;
}

/** The time of one layer over a run, its warm-up included, as trtexec's `--exportProfile` has it. */
export interface LayerTime {
  readonly name: string;
  /** Sum over all iterations. */
  readonly timeMs: number;
  readonly averageMs: number;
  readonly medianMs: number;
  /** Share of all layers' time, 0 to 100. */
  readonly percentage: number;
}

/** What a timed run gives. */
export interface TimedRun {
  readonly trace: InferenceTrace;
  /** Present with `fetchOutputs`. */
  readonly outputs?: NamedTensors;
  /** Present with `profileLayers`, in the order of execution. */
  readonly layers?: readonly LayerTime[];
  /** Iterations that `layers` is of. */
  readonly profiledIterations?: number;
  /** What was done otherwise than asked, in sentences: a CUDA graph that could not be captured, memory that could not be pinned. */
  readonly notes: readonly string[];
}
