import type { DataType } from '../../data/index.js';
import type { LogSeverity, TensorRtFlavour } from '../../native.js';
import type { ShapeRange } from './build-options.js';
import type { TensorRtBackend } from './flavours.js';

/** Which library runs an engine, and where. */
export interface RuntimeOptions {
  /** Default: the one that the plan was built by. */
  readonly backend?: 'auto' | TensorRtBackend;
  /** One flavour and no other. */
  readonly flavour?: TensorRtFlavour;
  /** The TensorRT library, or the folder that holds it; default: looked for, see `locateTensorRt`. */
  readonly library?: string;
  /** Index of the GPU, as CUDA counts them; default 0. */
  readonly device?: number;
  /** Receives the library's log. */
  readonly onLog?: (severity: LogSeverity, message: string) => void;
  /** The least important level that `onLog` gets; default `info`. */
  readonly logLevel?: LogSeverity;
}

/** How a plan becomes an engine. */
export interface LoadOptions {
  /** Allows a version-compatible plan to run the code that it carries; default false: only for plans you trust. */
  readonly allowHostCode?: boolean;
  /**
   * Bytes of GPU memory for weights of a plan built for weight streaming; `automatic` lets the library choose, a string such as
   * `50%` is of the streamable weights. Default: all weights stay on the GPU.
   */
  readonly weightStreamingBudget?: number | 'automatic' | `${number}%`;
}

/** One input or output of an engine. */
export interface EngineTensor {
  readonly name: string;
  readonly mode: 'input' | 'output';
  /** A {@link DataType}, or the ONNX name of a type that only the GPU has (`float8e4m3fn`, `int4`). */
  readonly dtype: DataType | 'float8e4m3fn' | 'int4' | 'float4e2m1' | 'float8e8m0';
  /** A dynamic dimension is -1. */
  readonly shape: readonly number[];
  /** Whether its values decide shapes: TensorRT reads them on the host. */
  readonly shapeTensor: boolean;
  /** The library's words for the memory layout: `Row major linear FP32 format (kLINEAR)`. */
  readonly format: string;
  /** Shapes that each optimization profile serves (of a shape tensor: values); empty for outputs. */
  readonly profiles: readonly ShapeRange[];
}

/** An engine's weight streaming, where the plan was built for it. */
export interface WeightStreaming {
  /** Weights that can be streamed. */
  readonly streamableBytes: number;
  /** Of these, how many stay on the GPU. */
  readonly budgetBytes: number;
  /** What the library would choose. */
  readonly automaticBudgetBytes: number;
  /** Scratch memory that streaming with the present budget takes. */
  readonly scratchBytes: number;
}

/** What an engine tells of itself. */
export interface EngineDescription {
  /** Name of the network; may be empty. */
  readonly name: string;
  /** Layers after fusion. */
  readonly layers: number;
  readonly tensors: readonly EngineTensor[];
  /** Number of optimization profiles. */
  readonly profiles: number;
  /** GPU memory that a context takes for activations, at most. */
  readonly contextMemoryBytes: number;
  /** Auxiliary streams; with any, per-layer times may not add up. */
  readonly auxiliaryStreams: number;
  readonly refittable: boolean;
  /** How much the plan knows of its layers. */
  readonly profilingVerbosity: 'layer_names_only' | 'detailed' | 'none';
  readonly weightStreaming?: WeightStreaming;
}

/** How a context runs. */
export interface ContextOptions {
  /** The optimization profile, default 0. */
  readonly profile?: number;
  /** Capture a CUDA graph per shape and replay it; where that fails, run without and warn. Default false. */
  readonly cudaGraph?: boolean;
  /** Wait by spinning: some tens of microseconds less latency for a core that is busy. Default false. */
  readonly spinWait?: boolean;
  /** Time every layer of every inference, for `ExecutionContext.layerTimes`. Excludes `cudaGraph`. Default false. */
  readonly profileLayers?: boolean;
  /** Receives what is worth telling but does not fail: a graph that cannot be captured. */
  readonly onWarning?: (message: string) => void;
}
