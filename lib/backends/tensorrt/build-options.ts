import type { LogSeverity, NativeTensorInfo, TensorRtFlavour } from '../../native.js';
import type { BuildDetails } from './build-details.js';
import type { NativeCalibrator } from './calibrators.js';
import type { TensorRtBackend } from './flavours.js';

/** The shapes that an engine serves for one input: least, expected (what is optimized for), greatest. */
export interface ShapeRange {
  readonly min: readonly number[];
  readonly opt: readonly number[];
  readonly max: readonly number[];
}

/** One optimization profile: a range for each input that has a dynamic dimension, by its name. */
export type OptimizationProfile = Readonly<Record<string, ShapeRange>>;

/** What to build and how. */
export interface BuildOptions extends BuildDetails {
  /** Default `auto`: TensorRT where there is a GPU and it is installed, else TensorRT-RTX. */
  readonly backend?: 'auto' | TensorRtBackend;
  /** One flavour and no other. */
  readonly flavour?: TensorRtFlavour;
  /** The TensorRT library, or the folder that holds it; default: looked for, see `locateTensorRt`. */
  readonly library?: string;
  /**
   * GPUs to build for: `sm75`, `sm80`, `sm86`, `sm89`, `sm120`, `sm121`, or `current` alone; several give one plan for all. Named
   * GPUs are TensorRT-RTX's alone. Default: `current` where there is a GPU that the library knows, else sm86, sm89 and sm120.
   */
  readonly targets?: readonly string[];
  /** At least one where an input is dynamic. */
  readonly profiles?: readonly OptimizationProfile[];
  /** Folder that external data of a model given as bytes is relative to. */
  readonly externalDataFolder?: string;
  /** Memory that a layer may use while it runs; default: all there is. */
  readonly workspaceBytes?: number;
  /** 0 to 5: build time against speed; default 3. */
  readonly optimizationLevel?: number;
  /** A plan that later versions of the library load. TensorRT-RTX has no such plans. */
  readonly versionCompatible?: boolean;
  /** Leave the weights out of the plan. Needs a GPU, with TensorRT-RTX too. */
  readonly stripWeights?: boolean;
  /** A plan whose weights can be replaced. Needs a GPU, with TensorRT-RTX too. */
  readonly refit?: boolean;
  /** What the plan remembers of its layers; default `layer_names_only`. */
  readonly profilingVerbosity?: 'layer_names_only' | 'detailed' | 'none';
  /** Tactic timings of an earlier build. */
  readonly timingCache?: Uint8Array;
  /** TensorRT 10: let the builder choose FP16. Elsewhere types are the model's own and this is refused. */
  readonly fp16?: boolean;
  /** TensorRT 10: let the builder choose BF16. Elsewhere refused, as `fp16` is. */
  readonly bf16?: boolean;
  /**
   * TensorRT 10: let the builder choose INT8, with the scales of the model's Q/DQ nodes, or of `calibrator` where it has none. Elsewhere
   * it changes nothing for a model with Q/DQ nodes, and is refused for one without.
   */
  readonly int8?: boolean;
  /** TensorRT 10: where the scales of an INT8 build come from, for a model without Q/DQ nodes. */
  readonly calibrator?: NativeCalibrator;
  /** Shape of each dynamic input in a calibration batch, by its name; default: OPT of the first profile. */
  readonly calibrationShapes?: Readonly<Record<string, readonly number[]>>;
  /**
   * TensorRT 10: INT8 with ranges that have nothing to do with the model ([-4, 4], trtexec's own), for timing alone: the engine's outputs
   * are meaningless. Its name says so.
   */
  readonly placeholderRanges?: boolean;
  /** Whether FP32 may be computed as TF32; default true. */
  readonly tf32?: boolean;
  /** Whether kernels for weights with 2 of every 4 zero may be chosen; default false. */
  readonly sparsity?: boolean;
  /** Receives TensorRT's log. */
  readonly onLog?: (severity: LogSeverity, message: string) => void;
  /** The least important level that `onLog` gets; default `info`. `verbose` is thousands of lines. */
  readonly logLevel?: LogSeverity;
}

/** Where the scales of an implicitly quantized engine came from. */
export interface CalibrationSummary {
  /** `cache`: no batch was asked for. */
  readonly from: 'cache' | 'samples';
  /** Samples that TensorRT saw. */
  readonly samples: number;
  readonly batches: number;
  /** What TensorRT wrote, or was served: a calibration cache. */
  readonly cache: Uint8Array;
  /** The percentile calibrator's histograms, where TensorRT wrote them. */
  readonly histograms?: Uint8Array;
}

/** A built engine, with the conditions it was built under. */
export interface BuildResult {
  readonly backend: TensorRtBackend;
  readonly libraryVersion: string;
  readonly targets: readonly string[];
  readonly plan: Uint8Array;
  /** Size of `plan`. */
  readonly bytes: number;
  /** Layers of the network as parsed; the builder fuses many. */
  readonly layers: number;
  /** In ONNX's names; a dynamic dimension is -1. */
  readonly inputs: readonly NativeTensorInfo[];
  readonly outputs: readonly NativeTensorInfo[];
  /** Bytes of weights in the engine, by the builder's own log; absent where it does not say. */
  readonly weightBytes?: number;
  /** Milliseconds: `open` (finding and opening the library), `parse`, `build`, `total`. */
  readonly timings: Readonly<Record<'open' | 'parse' | 'build' | 'total', number>>;
  /** The library's warnings, each once. */
  readonly warnings: readonly string[];
  /** What was asked for and changes nothing here, one sentence each. */
  readonly notes: readonly string[];
  /** Of a build with a calibrator. */
  readonly calibration?: CalibrationSummary;
  /** Tactic timings to start the next build from. */
  readonly timingCache?: Uint8Array;
}
