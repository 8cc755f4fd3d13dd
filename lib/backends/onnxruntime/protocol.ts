/** What the parent and the forked child say to each other; plain data only (structured clone crosses the pipe). */
import type { MetricSpec, OutputMetrics } from '../../accuracy/index.js';
import type { Batch } from '../../data/batch.js';
import type { NearDuplicates } from '../../data/near-duplicates.js';
import type { DataSpec, ModelInput, SampleSummary } from '../../data/spec.js';
import type { NamedTensors, Tensor } from '../../data/tensor.js';
import type { SerializedError } from '../../errors.js';
import type { Dial } from '../../model/dial-inputs.js';
import type { Progress } from '../../progress.js';
import type { NonFinite } from './non-finite.js';

/** Where a job's samples come from. A dataset is opened again in the child; a stream is sent by the parent, batch by batch. */
export type SampleSource =
  | {
      readonly kind: 'dataset';
      readonly spec: DataSpec;
      readonly inputs: readonly ModelInput[];
      readonly indices: readonly number[];
      /** Samples of the draw that the indices are a part of, and how many of them to take (see `ReadOptions`). */
      readonly drawn?: number;
      readonly take?: number;
    }
  | { readonly kind: 'stream'; readonly total?: number };

/** Runs the model over the samples and keeps statistics of `tensors`, all of which are outputs of `model`. */
export interface CaptureJob {
  readonly kind: 'capture';
  readonly model: string;
  /** What errors call the model where it lies in a temporary file. */
  readonly name?: string;
  readonly tensors: readonly string[];
  /** Pass over tensors that are no float32 in place of refusing them: for a capture of everything. */
  readonly skipOtherTypes?: boolean;
  readonly source: SampleSource;
  /** Samples per run of the network: what the model is fixed to, else 1, so that rounding does not depend on batching. */
  readonly batch: number;
  readonly threads: number;
  /** Where an earlier run of the same job was interrupted; `skipped` samples were warned of then. */
  readonly from?: CaptureState;
  /** Tell the parent how far it is, as often as this; default: never. */
  readonly checkpointMs?: number;
}

/** How far a {@link CaptureJob} is. */
export interface CaptureState {
  /** Samples of the source that are done with, read or skipped. */
  readonly consumed: number;
  /** `NativeStatistics.serialize()` by tensor, in the job's order. */
  readonly statistics: ReadonlyMap<string, Uint8Array>;
  readonly samples: number;
  readonly skipped: number;
  /** Whether no input of any sample had a value other than zero. */
  readonly allZero: boolean;
  readonly firstSample: Readonly<Record<string, SampleSummary>>;
}

/** Thresholds of all tensors, in the job's order, after some of the samples and after all of them; empty where they are few. */
export type ThresholdTrail = readonly { readonly samples: number; readonly thresholds: Float64Array }[];

/** What {@link CaptureJob} answers. */
export interface CaptureResult extends CaptureState {
  /** Least and greatest value of each input over the samples of this run. */
  readonly inputRanges: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
  readonly duplicates: NearDuplicates;
  readonly trail: ThresholdTrail;
  readonly instructionSet: string;
  readonly peakRssMb: number;
}

/** What messages call the two that are compared, where their paths are the user's own; default: `the reference` and `the candidate`. */
export interface ComparedNames {
  readonly reference: string;
  readonly candidate: string;
}

/** Runs two models over the same samples and pools the difference of their outputs. */
export interface CompareJob {
  readonly kind: 'compare';
  readonly reference: string;
  readonly candidate: string;
  readonly names?: ComparedNames;
  readonly outputs: readonly string[];
  readonly source: SampleSource;
  readonly batch: number;
  readonly threads: number;
  /** Whether the network takes `batch` samples and no other number: a shorter batch is then filled by repeating its last. */
  readonly fixedBatch: boolean;
  /** Run the candidate's Q/DQ as written, in float (see `SessionSettings.exactQdq`). */
  readonly exactQdq: boolean;
  /** Judges the outputs beside; needs rows that are samples, or a batch of 1. */
  readonly metric?: MetricSpec;
}

/** Compares outputs that two models left in folders (see {@link RecordJob}), on the same batches. */
export interface CompareStoredJob {
  readonly kind: 'compare-stored';
  readonly referenceOutputs: string;
  readonly candidateOutputs: string;
  readonly names: ComparedNames;
  readonly outputs: readonly string[];
  readonly batch: number;
  readonly fixedBatch: boolean;
  readonly metric?: MetricSpec;
  /** Whether labels beyond the classes are an error. */
  readonly insistOnLabels: boolean;
}

/** A metric's figures for both models. */
export interface MetricResult {
  readonly name: string;
  readonly reference: number;
  readonly candidate: number;
}

/** Hits of a classifier, counted on the first output. */
export interface TopK {
  readonly top1: number;
  readonly top5: number;
}

/** What {@link CompareJob} answers. */
export interface CompareResult {
  readonly samples: number;
  readonly skipped: number;
  readonly outputs: Readonly<Record<string, OutputMetrics>>;
  /** Shares of labelled samples whose label is the first, or among the first five, of the first output; absent without labels. */
  readonly labelled?: { readonly count: number; readonly reference: TopK; readonly candidate: TopK };
  /** Of the metric that was asked for. */
  readonly metric?: MetricResult;
  readonly peakRssMb: number;
}

/** Which tensors of a model with dials are quantized in a trial, by their place in the dials' vectors; the others stay float. */
export type Trial = readonly { readonly index: number; readonly dial: Dial }[];

/** Runs a model with dials (see `addDials`) over the samples, once with all of them open and once for each trial. */
export interface TrialsJob {
  readonly kind: 'trials';
  readonly model: string;
  /** The model with the same dials whose outputs, all of them open, are the right ones; default: `model`. */
  readonly reference?: string;
  readonly outputs: readonly string[];
  /** Length of the dials' vectors. */
  readonly tensors: number;
  readonly trials: readonly Trial[];
  readonly source: SampleSource;
  readonly batch: number;
  readonly threads: number;
}

/** What {@link TrialsJob} answers. */
export interface TrialsResult {
  readonly samples: number;
  /** Σ y² of each output with all dials open. */
  readonly signal: Float64Array;
  /** Of each trial: Σ (y - y′)² of each output. */
  readonly errors: readonly Float64Array[];
  readonly peakRssMb: number;
}

/** What a {@link RecordJob} stored; its batches are taken as they are. */
export interface StoredSource {
  readonly kind: 'stored';
  readonly folder: string;
}

/** Runs a network over samples and stores tensors of it, batch by batch, in a folder. */
export interface RecordJob {
  readonly kind: 'record';
  /** Not needed where all tensors are inputs. */
  readonly model?: string;
  /** What errors call the model where it lies in a temporary file. */
  readonly name?: string;
  readonly source: SampleSource | StoredSource;
  /** Outputs of the model, and inputs that are to be passed on. */
  readonly tensors: readonly string[];
  readonly folder: string;
  readonly batch: number;
  readonly fixedBatch: boolean;
  readonly threads: number;
  /** See `SessionSettings.exactQdq`. */
  readonly exactQdq: boolean;
  /** The phase that progress is reported under. */
  readonly phase: string;
}

/** What {@link RecordJob} answers. */
export interface RecordResult {
  readonly samples: number;
  readonly skipped: number;
  /** Type and shape of each tensor in the first batch. */
  readonly tensors: Readonly<Record<string, Pick<Tensor, 'dtype' | 'shape'>>>;
  readonly peakRssMb: number;
}

/** Judges networks by stored outputs of a reference, on stored inputs. */
export interface JudgeJob {
  readonly kind: 'judge';
  readonly candidates: readonly string[];
  /** Folders that {@link RecordJob} filled, batch for batch of the same samples. */
  readonly inputs: string;
  readonly reference: string;
  readonly outputs: readonly string[];
  readonly metric?: MetricSpec;
  readonly batch: number;
  readonly fixedBatch: boolean;
  readonly threads: number;
  /** See `SessionSettings.exactQdq`. */
  readonly exactQdq: boolean;
  readonly phase: string;
}

/** How one network was judged. */
export interface Judgement {
  readonly outputs: Readonly<Record<string, OutputMetrics>>;
  /** Of the metric that was asked for, with its standard error over samples, where it has one. */
  readonly metric?: { readonly value: number; readonly standardError: number | null };
  /** Outputs that hold NaN or infinities, and how many; absent where all are finite. */
  readonly nonFinite?: Readonly<Record<string, NonFinite>>;
}

/** What {@link JudgeJob} answers. */
export interface JudgeResult {
  /** In the order of the candidates. */
  readonly judgements: readonly Judgement[];
  readonly peakRssMb: number;
}

/** Runs a model over the samples, once with each set of extra inputs, and combines every output element by element. */
export interface ReduceJob {
  readonly kind: 'reduce';
  readonly model: string;
  /** Each of one size, whatever the sample. */
  readonly outputs: readonly string[];
  readonly how: 'sum' | 'max';
  /** Inputs beside the samples, by trial; at least one trial. */
  readonly trials: readonly NamedTensors[];
  readonly source: SampleSource;
  readonly batch: number;
  readonly threads: number;
  /** What progress calls it. */
  readonly phase: string;
}

/** What {@link ReduceJob} answers. */
export interface ReduceResult {
  /** Runs of each trial: samples, unless the network is fixed to several at a time. */
  readonly runs: number;
  /** Of each trial, each output. */
  readonly trials: readonly (readonly Float64Array[])[];
}

/** Times several models in turn on the first batch of the samples. */
export interface TimeJob {
  readonly kind: 'time';
  readonly models: readonly string[];
  readonly source: SampleSource;
  readonly batch: number;
  readonly threads: number;
}

/** What {@link TimeJob} answers. */
export interface TimeResult {
  /** Median ms of one run, by model. */
  readonly medians: readonly number[];
  /** Runs of each. */
  readonly runs: number;
}

/** One round of a benchmark of one model: a new session, a warm-up, and runs one after the other on the same inputs. */
export interface BenchJob {
  readonly kind: 'bench';
  readonly model: string;
  /** What errors call the model where it lies in a temporary file. */
  readonly name?: string;
  readonly feeds: NamedTensors;
  readonly threads: number;
  /** See `SessionSettings.spinning`. */
  readonly spinning: boolean;
  readonly warmUpMs: number;
  /** Least number of runs that count, and least time that they take together. */
  readonly iterations: number;
  readonly durationMs: number;
}

/** What {@link BenchJob} answers. */
export interface BenchResult {
  /** Of each run that counts, in ms since the first began. */
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly warmUpQueries: number;
  /** Share of the processors that other processes took while the runs that count ran; null where the system does not tell. */
  readonly otherLoadPercent: number | null;
}

/** Runs a model on given inputs with ONNX Runtime's profiler on. */
export interface ProfileJob {
  readonly kind: 'profile';
  readonly model: string;
  readonly name?: string;
  readonly feeds: NamedTensors;
  readonly threads: number;
  readonly spinning: boolean;
  /** Runs that count. */
  readonly runs: number;
  /** Where the profiler may write; what it wrote is deleted. */
  readonly folder: string;
}

/** A kernel of an optimized network, as ONNX Runtime's profiler knows it. */
export interface KernelTimes {
  readonly name: string;
  readonly operator: string;
  /** Element types of the inputs and outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Milliseconds of each run. */
  readonly times: Float32Array;
}

/** What {@link ProfileJob} answers. */
export interface ProfileResult {
  /** In the order of execution. */
  readonly kernels: readonly KernelTimes[];
  readonly outputs: NamedTensors;
}

/** Runs small models once each; for folding constants. */
export interface EvaluateJob {
  readonly kind: 'evaluate';
  readonly model: Uint8Array;
  readonly feeds: NamedTensors;
}

export type Job =
  | CompareStoredJob
  | BenchJob
  | CaptureJob
  | CompareJob
  | EvaluateJob
  | JudgeJob
  | ProfileJob
  | RecordJob
  | ReduceJob
  | TimeJob
  | TrialsJob;

/** The result type of each job kind. */
export interface JobResults {
  readonly bench: BenchResult;
  readonly capture: CaptureResult;
  readonly compare: CompareResult;
  readonly 'compare-stored': CompareResult;
  readonly evaluate: NamedTensors;
  readonly judge: JudgeResult;
  readonly profile: ProfileResult;
  readonly record: RecordResult;
  readonly reduce: ReduceResult;
  readonly time: TimeResult;
  readonly trials: TrialsResult;
}

export type ToChild =
  | { readonly type: 'job'; readonly job: Job }
  | { readonly type: 'batch'; readonly batch: Batch | null }
  | { readonly type: 'stop' };

export type ToParent =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'checkpoint'; readonly state: CaptureState }
  | { readonly type: 'next' }
  | { readonly type: 'result'; readonly result: JobResults[keyof JobResults] }
  | { readonly type: 'error'; readonly error: SerializedError };
