/**
 * The whole native surface, typed in one file. Nothing else loads the addon; everything native that TypeScript may touch is
 * declared here, and native/addon implements exactly this.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { InferenceTrace } from './bench/trace.js';
import { CalibrtError } from './errors.js';

/** What a tensor's statistics hold, beside the histogram itself. */
export interface StatisticsSummary {
  /** Finite values seen, zeros included. */
  readonly count: bigint;
  /** Values equal to zero (of either sign); they are in no bin. */
  readonly zeros: bigint;
  readonly nans: bigint;
  /** Values equal to +Inf or -Inf. */
  readonly infinities: bigint;
  /** Least and greatest finite value; 0 and 0 when `count` is 0. */
  readonly min: number;
  readonly max: number;
  /** max(|min|, |max|). */
  readonly amax: number;
  /** Bin width, a power of two; 0 before any non-zero finite value. Bin i holds |x| in [i·width, (i+1)·width). */
  readonly binWidth: number;
  /** Bins per sign. */
  readonly bins: number;
}

/**
 * One tensor's running statistics (native/core/histogram.h): two histograms of |x|, one per sign, on a fixed number of
 * bins whose width is a power of two and doubles by merging neighbours when a value falls outside. The state depends only on the
 * multiset of values that were added.
 */
export interface NativeStatistics {
  /** Adds every value of `data`, on the calling thread. Memory that threads share is copied first. */
  accumulate(data: Float32Array): void;
  /** Adds another tensor's state; equal to having accumulated its values here. */
  merge(other: NativeStatistics): void;
  /** The state as bytes; equal states give equal bytes. */
  serialize(): Uint8Array;
  summary(): StatisticsSummary;
  /** Counts of |x| (or of one sign) on the fine grid, zeros excluded; a copy of length `bins`. */
  counts(sign: 'both' | 'positive' | 'negative'): BigInt64Array;
  /**
   * |x| re-binned onto `bins` equal bins over [0, amax], zeros excluded; a fine bin's count is split in proportion over the bins that
   * it overlaps.
   */
  rebin(bins: number): Float64Array;
}

/** How a threshold or range is searched; see native/core/thresholds.h and ranges.h for the definitions. */
export type ThresholdSearch =
  | { readonly method: 'minmax' }
  | { readonly method: 'mse'; readonly bits: number }
  | {
      readonly method: 'entropy';
      readonly bits: number;
      readonly bins: number;
      readonly start: number;
      readonly stride: number;
    }
  | { readonly method: 'kld'; readonly bits: number; readonly variant: 'notes' | 'source' }
  | { readonly method: 'percentile'; readonly percentile: number };

/** A searched threshold T, 0 where there is no non-zero finite value: values are clipped to [-T, T]. */
export interface Threshold {
  readonly threshold: number;
  /** What the search minimized at T (mean squared error, KL divergence in nats); 0 where nothing was searched. */
  readonly loss: number;
}

/** A searched asymmetric range: min ≤ 0 ≤ max, inside what was observed; both 0 where there is no non-zero finite value. */
export interface SearchedRange {
  readonly min: number;
  readonly max: number;
  /** What the search minimized (mean squared error, KL divergence in nats); 0 where nothing was searched. */
  readonly loss: number;
}

/** A search for the number of bins to keep, on a histogram that the caller made; for comparing with other implementations. */
export interface DivergenceResult {
  /** Number of bins kept. */
  readonly index: number;
  /** KL(P‖Q) in nats at `index`. */
  readonly divergence: number;
  /** KL(P‖Q) of every candidate, the fewest bins first. */
  readonly divergences: Float64Array;
}

/** INT8 weights with one scale per channel (or one in all). */
export interface QuantizedWeights {
  readonly data: Int8Array;
  /** Length: the channel count, or 1 per tensor. */
  readonly scales: Float32Array;
}

/** Target of a quantization: the integer range and its storage. */
export interface QuantizeOptions {
  readonly scale: Float32Array;
  /** One per scale; absent means 0. */
  readonly zeroPoint?: Int32Array;
  readonly dtype: 'int8' | 'uint8';
  /** Elements per scale entry when there are several: the data is [outer, scale.length, inner]. */
  readonly inner?: number;
}

/** Target of a simulated quantization. */
export interface FakeQuantizeOptions {
  /** Width of the integers, 2 to 16. */
  readonly bits: number;
  /** Whether they go from -2^(bits-1) to 2^(bits-1) - 1, or from 0 to 2^bits - 1. */
  readonly signed: boolean;
  /** Of signed integers: leaves out the least, so that they are symmetric, as TensorRT's. Default false. */
  readonly narrow?: boolean;
  /** Finite and above 0; {@link NativeAddon.powerOfTwoScales} makes powers of two of any. */
  readonly scale: Float32Array;
  /** One per scale; absent means 0. */
  readonly zeroPoint?: Int32Array;
  /** Elements per scale entry when there are several: the data is [outer, scale.length, inner]. */
  readonly inner?: number;
  /**
   * Rounds up with a probability equal to the fractional part, by a generator with this seed (an integer of at least 0), instead of
   * to the nearest, half to even. The same seed gives the same result.
   */
  readonly stochasticSeed?: number;
}

/** How far an approximation is from what it stands for; see native/core/quantization_error.h. */
export interface QuantizationError {
  /** Mean of the squared differences. */
  readonly mse: number;
  /** 10·log10(Σ x² / Σ (x - y)²) in decibels; `Infinity` where nothing differs, `-Infinity` where only x is 0. */
  readonly sqnr: number;
  /** KL(P‖Q) in nats of their histograms, half a count added to every bin. */
  readonly kl: number;
}

/** What the addon exports. */
export interface NativeAddon extends NativeTensorRtApi {
  /** Version of the native surface; differs from {@link NATIVE_VERSION} when an old build lies about. */
  readonly surface: number;
  /** Instruction set of the histogram kernels, the best of this CPU: `avx512`, `avx2` or `portable`. Results do not depend on it. */
  readonly instructionSet: string;
  /** Forces a kernel set for the whole process, for tests; throws a TypeError where the CPU lacks it. */
  useInstructionSet(name: 'avx512' | 'avx2' | 'portable'): void;
  readonly Statistics: {
    new (): NativeStatistics;
    /** What {@link NativeStatistics.serialize} gave; throws a TypeError for bytes that no state gives. */
    deserialize(bytes: Uint8Array): NativeStatistics;
  };
  /**
   * Accumulates tensor i of `data` into statistics i, all of them distinct, on up to `threads` threads; returns when all is done. The
   * result does not depend on the number of threads.
   */
  accumulateAll(statistics: readonly NativeStatistics[], data: readonly Float32Array[], threads: number): void;
  /** Searches a threshold for each, as it is now, off the JS thread, on up to `threads` threads. */
  searchThresholds(
    statistics: readonly NativeStatistics[],
    search: ThresholdSearch,
    threads: number,
  ): Promise<Threshold[]>;
  /** Searches an asymmetric range for each, likewise; see native/core/ranges.h for what each method makes of two ends. */
  searchAsymmetricRanges(
    statistics: readonly NativeStatistics[],
    search: ThresholdSearch,
    threads: number,
  ): Promise<SearchedRange[]>;
  /** The entropy search on a ready histogram of |x| (counts of equal bins from 0); see native/core/entropy.h. */
  searchEntropy(counts: Float64Array, bits: number, start: number, stride: number): DivergenceResult;
  /** tpu-mlir's search on a ready histogram of |x|, candidates at multiples of 2^(bits - 1) bins; see native/core/kld.h. */
  searchKld(counts: Float64Array, bits: number): DivergenceResult;
  /**
   * Symmetric INT8 weights with range ±127 and scale amax/127 per channel (with several, data is [outer, channels, inner]), off
   * the JS thread. A channel whose scale would be 0 or denormal gets `floor`, itself positive and normal. `data` must not be transferred
   * or resized before the promise settles, which it does with a TypeError where a weight is not finite.
   */
  quantizeWeights(data: Float32Array, channels: number, inner: number, floor: number): Promise<QuantizedWeights>;
  /** QuantizeLinear: round half to even of x/scale, plus the zero point, saturated; NaN gives the least integer, as in ONNX Runtime. */
  quantizeLinear(data: Float32Array, options: QuantizeOptions): Int8Array | Uint8Array;
  /** DequantizeLinear: (q - zero point)·scale. */
  dequantizeLinear(data: Int8Array | Uint8Array, options: QuantizeOptions): Float32Array;
  /**
   * Quantizes and dequantizes, for integers of any width up to 16 bits; where they are those of int8 or uint8, bit for bit what
   * {@link NativeAddon.quantizeLinear} and {@link NativeAddon.dequantizeLinear} give.
   */
  fakeQuantize(data: Float32Array, options: FakeQuantizeOptions): Float32Array;
  /** For each scale the least power of two that is not below it (2^127 at most): clips nothing that the scale keeps. */
  powerOfTwoScales(scales: Float32Array): Float32Array;
  /**
   * Compares a tensor with an approximation of it, as {@link NativeAddon.fakeQuantize} makes; both finite. `kl` is of histograms
   * with `bins` equal bins over the values of both: with more bins than levels it measures the gaps between these.
   */
  quantizationError(reference: Float32Array, approximation: Float32Array, bins: number): QuantizationError;
}

/** The surface that this TypeScript was written for. */
export const NATIVE_VERSION = 1;

let loaded: NativeAddon | undefined;

/**
 * The addon, loaded on first use.
 *
 * @throws CalibrtError `ERR_NATIVE_MISSING` where no prebuilt or compiled binary fits this machine.
 */
export function native(): NativeAddon {
  return (loaded ??= load());
}

/** Root of the installed package: where package.json, build/ and prebuilds/ are. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

function load(): NativeAddon {
  const require = createRequire(import.meta.url);
  let addon: NativeAddon;
  try {
    const nodeGypBuild = require('node-gyp-build') as (root: string) => unknown;
    addon = nodeGypBuild(packageRoot) as NativeAddon;
  } catch (cause) {
    throw new CalibrtError(
      'ERR_NATIVE_MISSING',
      `the native addon is not built for ${process.platform}-${process.arch}, Node ${process.version}. ` +
        `Run \`npm run install\` in ${packageRoot} (needs a C++20 compiler and CMake), or reinstall calibrt.`,
      { cause },
    );
  }
  if (addon.surface !== NATIVE_VERSION) {
    throw new CalibrtError(
      'ERR_NATIVE_MISSING',
      `the native addon is of surface ${addon.surface}, this calibrt needs ${NATIVE_VERSION}: run \`npm run install\` again.`,
    );
  }
  return addon;
}

// ---------------------------------------------------------------------------------------------------------------------
// TensorRT (native/addon/tensorrt.cpp). Used by lib/backends/tensorrt and nothing else, which turns failures into CalibrtErrors.

/** A TensorRT that a bridge is compiled for: TensorRT-RTX 1.x, TensorRT 10.x, TensorRT 11.x. */
export type TensorRtFlavour = 'rtx' | '10' | '11';

/** Why something native could not be done; see native/tensorrt/failure.h. */
export interface NativeFailure {
  readonly kind:
    | 'internal'
    | 'bridge'
    | 'library'
    | 'version'
    | 'noGpu'
    | 'model'
    | 'parse'
    | 'profile'
    | 'unsupported'
    | 'refused'
    | 'cancelled'
    | 'plan'
    | 'input'
    | 'execution'
    | 'calibration';
  readonly message: string;
  /** The library's own messages, oldest first. */
  readonly details: readonly string[];
}

/** A result or the reason for having none: native code throws nothing across the boundary. */
export type NativeOutcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: NativeFailure };

/** What a bridge was compiled for. */
export interface NativeBridgeInfo {
  readonly flavour: TensorRtFlavour;
  /** Version of its headers. */
  readonly headers: string;
  /** GPUs that it can build for ahead of time; empty where it builds for the GPU at hand. */
  readonly targets: readonly string[];
  /** Builder flags that it knows, by our names. */
  readonly flags: readonly string[];
  /** Types come from the network alone: no precision flags, no native calibrators. */
  readonly stronglyTyped: boolean;
}

/** The CUDA driver's view of the machine. */
export interface NativeCudaReport {
  /** CUDA version that the driver supports (`12.8`); empty without a driver. */
  readonly driver: string;
  /** Why no GPU can be used; empty where one can. */
  readonly problem: string;
  readonly devices: readonly { readonly name: string; readonly target: string; readonly memoryBytes: number }[];
}

/** An input or output of a network. */
export interface NativeTensorInfo {
  readonly name: string;
  /** ONNX's lower-case name of the element type. */
  readonly dtype: string;
  /** A dynamic dimension is -1. */
  readonly shape: readonly number[];
}

/** The shapes of one input in a profile. */
export interface NativeShapeRange {
  readonly input: string;
  readonly min: readonly number[];
  readonly opt: readonly number[];
  readonly max: readonly number[];
}

/** A calibration of an implicitly quantized build; see native/tensorrt/build_request.h. */
export interface NativeCalibrationRequest {
  readonly algorithm: 'entropy2' | 'minmax' | 'percentile';
  readonly quantile: number;
  readonly regressionCutoff: number;
  /** OPT is the shape of every batch. */
  readonly profile: readonly NativeShapeRange[];
  readonly cache?: Uint8Array;
  readonly histogramCache?: Uint8Array;
  /** Whether there are batches, should the cache not do. */
  readonly hasBatches: boolean;
}

/** Something that is turned on or off. */
export interface NativeSwitch {
  readonly name: string;
  readonly on: boolean;
}

/** What is asked for layers of a name, or of a pattern with one `*`. */
export interface NativeAssignment {
  readonly pattern: string;
  readonly values: readonly string[];
}

/** What an input or output may be; an empty type is the network's own. */
export interface NativeTensorFormat {
  readonly type: string;
  readonly layouts: readonly string[];
}

/**
 * What to build; every TensorRT enumerator by name. Empty texts and lists and absent numbers are the library's defaults. See
 * native/tensorrt/build_request.h.
 */
export interface NativeBuildRequest {
  /** Path of the ONNX file; where `modelBytes` is given, what external data is relative to, or empty. */
  readonly modelPath: string;
  readonly modelBytes?: Uint8Array;
  readonly device: number;
  readonly targets: readonly string[];
  readonly profiles: readonly (readonly NativeShapeRange[])[];
  readonly flags: readonly string[];
  readonly clearedFlags: readonly string[];
  readonly stronglyTyped?: boolean;
  readonly calibration?: NativeCalibrationRequest;
  readonly networkName: string;
  readonly placeholderRanges: boolean;
  readonly memoryPools: readonly { readonly name: string; readonly bytes: number }[];
  readonly optimizationLevel?: number;
  readonly avgTimingIterations?: number;
  readonly maxTactics?: number;
  readonly maxAuxStreams?: number;
  readonly tilingLevel: string;
  readonly l2LimitForTiling?: number;
  readonly profilingVerbosity: string;
  readonly hardwareCompatibility: string;
  readonly runtimePlatform: string;
  readonly buildRoute: string;
  readonly tacticSources: readonly NativeSwitch[];
  readonly previewFeatures: readonly NativeSwitch[];
  readonly parserFlags: readonly NativeSwitch[];
  readonly dlaCore?: number;
  readonly layerPrecisions: readonly NativeAssignment[];
  readonly layerOutputTypes: readonly NativeAssignment[];
  readonly layerDevices: readonly NativeAssignment[];
  readonly inputFormats: readonly NativeTensorFormat[];
  readonly outputFormats: readonly NativeTensorFormat[];
  readonly debugTensors: readonly string[];
  readonly decomposableAttentions: readonly string[];
  readonly debugUnfusedTensors: boolean;
  readonly plugins: readonly string[];
  readonly staticPlugins: readonly string[];
  readonly serializedPlugins: readonly string[];
  readonly timingCache?: Uint8Array;
  /** Whether messages of level `verbose` are wanted; there are thousands. */
  readonly verbose: boolean;
}

/** A built engine. */
export interface NativeBuildResult {
  readonly plan: Uint8Array;
  /** Layers of the parsed network. */
  readonly layers: number;
  readonly inputs: readonly NativeTensorInfo[];
  readonly outputs: readonly NativeTensorInfo[];
  readonly weightBytes?: number;
  readonly warnings: readonly string[];
  readonly timingCache: Uint8Array;
  readonly parseMs: number;
  readonly buildMs: number;
}

/** A level of TensorRT's log. */
export type LogSeverity = 'fatal' | 'error' | 'warning' | 'info' | 'verbose';

/** One event of a build, in order. `count` is a phase's number of steps, or the index of the step that ended. */
export type NativeBuildEvent =
  | { readonly type: 'log'; readonly severity: LogSeverity; readonly message: string }
  | {
      readonly type: 'start' | 'step' | 'finish';
      readonly phase: string;
      readonly parent: string;
      readonly count: number;
    }
  | NativeCalibrationEvent;

/**
 * A calibrator's events: TensorRT wants batches that look like this (each a tensor per input, in this order); it took one; it wrote
 * a cache. A calibration from a cache has none.
 */
export type NativeCalibrationEvent =
  | { readonly type: 'batches'; readonly inputs: readonly NativeTensorInfo[] }
  | { readonly type: 'taken' }
  | { readonly type: 'calibrated'; readonly file: 'cache' | 'histogram'; readonly bytes: Uint8Array };

/** A build that is going on. */
export interface NativeBuildJob {
  readonly result: Promise<NativeOutcome<NativeBuildResult>>;
  /** Takes effect at the builder's next step, or when it is done; at once where it waits for a batch. */
  cancel(): void;
  /**
   * Adds a calibration batch: the bytes of each input in the order of the `batches` event, copied at once. The caller keeps count: there
   * is room for another when one was taken.
   */
  feed(batch: readonly Uint8Array[]): void;
  /** There are no more batches. */
  endBatches(): void;
}

/** An input or output of an engine. */
export interface NativeEngineTensor {
  readonly name: string;
  readonly mode: 'input' | 'output';
  /** ONNX's lower-case name. */
  readonly dtype: string;
  /** A dynamic dimension is -1. */
  readonly shape: readonly number[];
  readonly shapeTensor: boolean;
  readonly format: string;
  /** Of inputs, one per optimization profile; of shape tensors, values. */
  readonly profiles: readonly {
    readonly min: readonly number[];
    readonly opt: readonly number[];
    readonly max: readonly number[];
  }[];
}

/** What an engine tells of itself. */
export interface NativeEngineInfo {
  readonly name: string;
  readonly layers: number;
  readonly tensors: readonly NativeEngineTensor[];
  readonly profiles: number;
  readonly contextMemoryBytes: number;
  readonly auxiliaryStreams: number;
  readonly refittable: boolean;
  readonly profilingVerbosity: 'layer_names_only' | 'detailed' | 'none';
  readonly weightStreaming?: {
    readonly streamableBytes: number;
    readonly budgetBytes: number;
    readonly automaticBudgetBytes: number;
    readonly scratchBytes: number;
  };
}

/** A plan to load. */
export interface NativeLoadRequest {
  /** Copied during the call; absent where `planPath` is given, which is read off the JS thread. */
  readonly plan?: Uint8Array;
  readonly planPath?: string;
  readonly device: number;
  readonly allowHostCode: boolean;
  readonly weightBudget?: { readonly kind: 'bytes' | 'percent' | 'automatic'; readonly value: number };
  /** The least important level to send; none where absent. */
  readonly logLevel?: LogSeverity;
}

/** What an engine sends beside its answers. */
export type NativeEngineEvent =
  | { readonly type: 'log'; readonly severity: LogSeverity; readonly message: string }
  | { readonly type: 'progress'; readonly run: number; readonly elapsedMs: number };

/** An input's values; copied during the call. */
export interface NativeFeed {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** An output's values. */
export interface NativeFetched {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayBuffer;
}

/** One layer's times in ms, an element per iteration. */
export interface NativeLayerSamples {
  readonly name: string;
  readonly milliseconds: Float32Array;
}

/** A timed run; see lib/backends/tensorrt/timing-options.ts. */
export interface NativeTimingRequest {
  readonly shapes: readonly { readonly input: string; readonly dims: readonly number[] }[];
  readonly inputs: readonly NativeFeed[];
  readonly profile: number;
  readonly iterations: number;
  readonly warmUpMs: number;
  /** Negative: until cancelled. */
  readonly durationMs: number;
  readonly sleepMs: number;
  readonly idleMs: number;
  readonly streams: number;
  readonly threads: boolean;
  readonly cudaGraph: boolean;
  readonly spinWait: boolean;
  readonly transfers: boolean;
  readonly exposeDma: boolean;
  readonly managedMemory: boolean;
  readonly persistentCacheRatio: number;
  readonly allocationStrategy: 'static' | 'profile' | 'runtime';
  readonly profileLayers: boolean;
  readonly fetchOutputs: boolean;
}

/** What a timed run gives. */
export interface NativeTimingResult {
  readonly trace: InferenceTrace;
  readonly layers: readonly NativeLayerSamples[];
  readonly outputs: readonly NativeFetched[];
  readonly notes: readonly string[];
}

/** An execution context on a thread of its own; calls are done in order. Collecting it disposes of it. */
export interface NativeContext {
  infer(
    feeds: readonly NativeFeed[],
  ): Promise<NativeOutcome<{ readonly outputs: readonly NativeFetched[]; readonly warnings: readonly string[] }>>;
  layerTimes(): Promise<NativeOutcome<readonly NativeLayerSamples[]>>;
  /** The engine inspector's JSON, with the shapes of the last inference. */
  inspect(): Promise<NativeOutcome<string>>;
  /** Frees everything once what was asked before is done; nothing may be asked after. */
  dispose(): Promise<NativeOutcome<undefined>>;
}

/** An engine on a thread of its own; calls are done in order. Contexts outlive it. Collecting it disposes of it. */
export interface NativeEngine {
  readonly info: NativeEngineInfo;
  createContext(options: {
    readonly profile: number;
    readonly cudaGraph: boolean;
    readonly spinWait: boolean;
    readonly profileLayers: boolean;
  }): Promise<NativeOutcome<NativeContext>>;
  inspect(): Promise<NativeOutcome<string>>;
  /** `run` comes back in progress events. `cancel` ends the run, whose result is what was measured so far. */
  time(
    request: NativeTimingRequest,
    run: number,
  ): { readonly result: Promise<NativeOutcome<NativeTimingResult>>; cancel(): void };
  dispose(): Promise<NativeOutcome<undefined>>;
}

/** An opened TensorRT library; never closed. */
export interface NativeTensorRtLibrary {
  readonly info: {
    readonly flavour: TensorRtFlavour;
    readonly version: string;
    readonly infer: string;
    readonly parser: string;
  };
  /** Builds on a thread of its own. `onEvents` gets what happened since its last call. */
  build(request: NativeBuildRequest, onEvents: (events: readonly NativeBuildEvent[]) => void): NativeBuildJob;
  /** Makes an engine of a plan. `onEvent` must not hold the engine, or it is never collected. */
  load(request: NativeLoadRequest, onEvent: (event: NativeEngineEvent) => void): Promise<NativeOutcome<NativeEngine>>;
}

/** The TensorRT half of the addon. */
export interface NativeTensorRtApi {
  /** Opens the bridge of a flavour; failure `bridge` where it was not built. */
  openTensorRtBridge(flavour: string): NativeOutcome<NativeBridgeInfo>;
  /** Opens a TensorRT library and its ONNX parser, off the JS thread. */
  openTensorRt(flavour: TensorRtFlavour, infer: string, parser: string): Promise<NativeOutcome<NativeTensorRtLibrary>>;
  /** Asks the CUDA driver, off the JS thread. */
  probeCuda(): Promise<NativeCudaReport>;
  /** Cancels this environment's builds and waits for them, no longer than `patienceMs`: for the end of the process. */
  stopTensorRtBuilds(patienceMs: number): void;
}
