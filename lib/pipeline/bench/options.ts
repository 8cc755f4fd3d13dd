import type { RuntimeOptions, TensorRtBackend } from '../../backends/tensorrt/index.js';
import { DEFAULT_PERCENTILES } from '../../bench/figures.js';
import { CalibrtError } from '../../errors.js';
import type { OperationOptions } from '../../progress.js';
import type { SampleOptions } from '../calibration/samples.js';
import type { RoundLength } from './contender.js';

/** Where a model is timed. `auto`: a plan on the library that built it, a model on TensorRT where there is a GPU, else on the CPU. */
export type BenchmarkBackend = 'auto' | 'onnxruntime' | TensorRtBackend;

/** Each {@link BuildPrecision}. */
export const buildPrecisions = ['fp32', 'fp16', 'bf16', 'int8'] as const;

/**
 * What an ONNX model is built in before it is timed on a GPU. The Q/DQ of a model that has them are kept in any case; `int8` is for one
 * without: it gets ranges that have nothing to do with it, so that the time is that of INT8 and the outputs mean nothing.
 */
export type BuildPrecision = (typeof buildPrecisions)[number];

/** One of the models that are timed side by side. */
export interface BenchmarkTarget {
  /** Path of an ONNX model or engine plan. */
  readonly model: string;
  /** How reports call it; default: the file's name, with what tells it from the others. */
  readonly label?: string;
  /** Default `auto`. */
  readonly backend?: BenchmarkBackend;
  /** Default `fp32`; of an ONNX model on a GPU only. */
  readonly precision?: BuildPrecision;
  /** Shape of each input with open dimensions; default: the plan's OPT, of a model 1 for each. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
}

/** Options of `benchmark`. */
export interface BenchmarkOptions extends Partial<SampleOptions>, OperationOptions {
  /**
   * Rounds of each model, default 10. Each has a session (execution context) of its own, and all models take turns, round by round; it is
   * rounds that confidence intervals are computed from.
   */
  readonly rounds?: number;
  /** Warm-up of each round in ms, default 200. */
  readonly warmUpMs?: number;
  /** Least time that each model is measured for, all rounds together, in seconds; default 3. */
  readonly durationSeconds?: number;
  /** Least number of queries of each model that count, all rounds together; default 10. */
  readonly iterations?: number;
  /** Percentiles to report, each from 0 to 100; default 90, 95, 99. */
  readonly percentiles?: readonly number[];
  /** Time each layer too, in a run apart at the end. Default false. */
  readonly profile?: boolean;
  /** Keep the outputs of a run; they come from the run with the profiler. Default false. */
  readonly outputs?: boolean;
  /** File of an earlier run's JSON to compare with. */
  readonly baseline?: string;
  /** CPU: threads of ONNX Runtime; default: all cores. */
  readonly threads?: number;
  /** CPU: let waiting threads spin, as ONNX Runtime does by itself. Default true. */
  readonly spinning?: boolean;
  /** GPU: execution contexts that run at the same time; default 1. */
  readonly streams?: number;
  /** GPU: replay a CUDA graph; default false. */
  readonly cudaGraph?: boolean;
  /** GPU: copy inputs and outputs in every query; default true. */
  readonly transfers?: boolean;
  /** GPU: wait for events by spinning; default false. */
  readonly spinWait?: boolean;
  /** GPU: its index; default 0. */
  readonly device?: number;
  /** The TensorRT library, or the folder that holds it. */
  readonly library?: string;
  /** Receives TensorRT's log. */
  readonly onLog?: RuntimeOptions['onLog'];
}

/** Options with what they leave out filled in. */
export interface Plan extends RoundLength {
  readonly rounds: number;
  readonly percentiles: readonly number[];
}

const MOST_ROUNDS = 1000;

/**
 * Checks the options and shares the time out among the rounds.
 *
 * @throws CalibrtError `ERR_USAGE` naming the option.
 */
export function planRounds(options: BenchmarkOptions): Plan {
  const { rounds = 10, iterations = 10, percentiles = DEFAULT_PERCENTILES } = options;
  const { warmUpMs = 200, durationSeconds = 3 } = options;
  whole('--rounds', rounds, 1, MOST_ROUNDS);
  whole('--iterations', iterations, 1, Number.MAX_SAFE_INTEGER);
  number('--warm-up', warmUpMs, 0, 1e9);
  number('--duration', durationSeconds, 0, 1e6);
  percentiles.forEach((percentile) => number('--percentile', percentile, 0, 100));
  if (options.threads !== undefined) whole('--threads', options.threads, 1, 1024);
  if (options.streams !== undefined) whole('--streams', options.streams, 1, 1024);
  if (options.device !== undefined) whole('--device', options.device, 0, 1024);
  return {
    rounds,
    percentiles,
    warmUpMs,
    durationMs: (durationSeconds * 1000) / rounds,
    iterations: Math.ceil(iterations / rounds),
  };
}

function whole(flag: string, value: number, least: number, greatest: number): void {
  number(flag, value, least, greatest);
  if (!Number.isSafeInteger(value)) throw usage(`${flag} takes a whole number, not ${value}`);
}

function number(flag: string, value: number, least: number, greatest: number): void {
  if (value >= least && value <= greatest) return;
  const range = greatest === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${greatest}`;
  throw usage(`${flag} takes a number ${range}, not ${value}`);
}

function usage(message: string): CalibrtError {
  return new CalibrtError('ERR_USAGE', message);
}
