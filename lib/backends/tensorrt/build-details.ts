/** A pool of memory that a build, or the engine, may use. */
export type MemoryPool =
  'workspace' | 'dlaManagedSram' | 'dlaLocalDram' | 'dlaGlobalDram' | 'tacticDram' | 'tacticSharedMemory';

/** A flag of TensorRT's builder, by our name: TensorRT's in camel case, `stripWeights` for its strip-plan. */
export type BuilderFlag =
  | 'fp16'
  | 'int8'
  | 'fp8'
  | 'bf16'
  | 'int4'
  | 'debug'
  | 'gpuFallback'
  | 'refit'
  | 'disableTimingCache'
  | 'tf32'
  | 'sparseWeights'
  | 'safetyScope'
  | 'obeyPrecisionConstraints'
  | 'preferPrecisionConstraints'
  | 'directIo'
  | 'rejectEmptyAlgorithms'
  | 'versionCompatible'
  | 'excludeLeanRuntime'
  | 'errorOnTimingCacheMiss'
  | 'disableCompilationCache'
  | 'stripWeights'
  | 'refitIdentical'
  | 'weightStreaming'
  | 'refitIndividual'
  | 'strictNans'
  | 'monitorMemory'
  | 'editableTimingCache'
  | 'distributiveIndependence';

/** A library of kernels that the builder may choose from. The first three are TensorRT 10's alone. */
export type TacticSource = 'cublas' | 'cublasLt' | 'cudnn' | 'edgeMaskConvolutions' | 'jitConvolutions';

/** Something of TensorRT's that is not on by default yet. */
export type PreviewFeature = 'profileSharing0806' | 'aliasedPluginIO1003' | 'runtimeActivationResize';

/** A flag of the ONNX parser; `nativeInstanceNorm` is on by default. */
export type ParserFlag =
  | 'nativeInstanceNorm'
  | 'uint8AsymmetricQuantizationDla'
  | 'reportCapabilityDla'
  | 'enablePluginOverride'
  | 'adjustForDla';

/**
 * What is asked for layers: the layer's name, or a pattern in which one `*` stands for any text. An exact name wins over a pattern, and of
 * several patterns the first.
 */
export interface LayerAssignment {
  readonly pattern: string;
  /** A type (`float32`, `float16`, …), one per output, or a device (`gpu`, `dla`). */
  readonly values: readonly string[];
}

/** What an input or output may be. */
export interface TensorFormat {
  /** ONNX's lower-case name; default: the network's. Where types are the model's own, that and no other. */
  readonly type?: string;
  /** Layouts that are allowed, in trtexec's words: `chw`, `chw4`, `hwc8`, …; default: all. */
  readonly layouts?: readonly string[];
}

/** Some of `Name` on or off; the rest as they are. */
export type Switches<Name extends string> = Readonly<Partial<Record<Name, boolean>>>;

/**
 * What a build can be told beside the everyday options. What the library at hand does not have is refused by name, with
 * `ERR_BACKEND_UNSUPPORTED`.
 */
export interface BuildDetails {
  /** The GPU to build on, where the build needs one; default 0. */
  readonly device?: number;
  /** What the engine is called; default: as the model's graph. */
  readonly networkName?: string;
  /** Builder flags by name, on or off; wins over options that set the same flag. */
  readonly flags?: Switches<BuilderFlag>;
  /** TensorRT 10: whether types are the model's own; default: unless a precision (`fp16`, `int8`, …) is asked for. */
  readonly stronglyTyped?: boolean;
  /** TensorRT 10: whether asked-for layer precisions are a wish or an order; default `none`: they are ignored. */
  readonly precisionConstraints?: 'none' | 'prefer' | 'obey';
  /** Bytes by pool. */
  readonly memoryPools?: Readonly<Partial<Record<MemoryPool, number>>>;
  /** How often each tactic is timed. */
  readonly avgTimingIterations?: number;
  /** Tactics that are timed per layer, at most. */
  readonly maxTactics?: number;
  readonly maxAuxStreams?: number;
  readonly tilingLevel?: 'none' | 'fast' | 'moderate' | 'full';
  /** Bytes of L2 cache that tiling may count on. */
  readonly l2LimitForTiling?: number;
  /** A plan for GPUs of other kinds than the one at hand. */
  readonly hardwareCompatibility?: 'none' | 'ampere+' | 'sameComputeCapability';
  readonly runtimePlatform?: 'sameAsBuild' | 'windowsAmd64';
  /** TensorRT 11.1 and TensorRT-RTX: a route of the tuner. */
  readonly buildRoute?: string;
  readonly tacticSources?: Switches<TacticSource>;
  readonly previewFeatures?: Switches<PreviewFeature>;
  readonly parserFlags?: Switches<ParserFlag>;
  /** Run on this DLA core what it can run. */
  readonly dlaCore?: number;
  /** TensorRT 10: what layers compute in. */
  readonly layerPrecisions?: readonly LayerAssignment[];
  /** TensorRT 10: what layers give; the last type is repeated. */
  readonly layerOutputTypes?: readonly LayerAssignment[];
  /** Devices of single layers. */
  readonly layerDevices?: readonly LayerAssignment[];
  /** One for all inputs, or one for each in the network's order; default: the network's types, linear. */
  readonly inputFormats?: readonly TensorFormat[];
  readonly outputFormats?: readonly TensorFormat[];
  /** Tensors, by name or pattern, whose values can be seen while the engine runs. */
  readonly debugTensors?: readonly string[];
  /** All tensors that fusion leaves, likewise. */
  readonly debugUnfusedTensors?: boolean;
  /** Attention layers, by name or pattern, that may be taken apart. */
  readonly decomposableAttentions?: readonly string[];
  /** Plugin libraries for TensorRT to load. */
  readonly plugins?: readonly string[];
  /** Plugin libraries that register themselves once opened. */
  readonly staticPlugins?: readonly string[];
  /** Plugin libraries to put into the plan. */
  readonly serializedPlugins?: readonly string[];
}
