import type { OptimizationProfile } from '../../backends/tensorrt/build-options.js';
import type { EngineDescription, LoadOptions } from '../../backends/tensorrt/engine-options.js';
import type { TimedRun, TimingOptions } from '../../backends/tensorrt/timing-options.js';
import type { LogSeverity, TensorRtFlavour } from '../../native.js';
import type { MethodOptions } from '../../pipeline/ranges.js';
import type { SampleOptions } from '../../pipeline/samples.js';
import type { OperationOptions } from '../../progress.js';
import type { LayerAssignment, TensorFormatSpec } from './options/index.js';
import type { DeviceReport } from './report/device.js';

/** Receives the library's own messages. */
export type LibraryLog = (severity: LogSeverity, message: string) => void;

/** A loaded engine. */
export interface TrtexecEngine extends EngineDescription, AsyncDisposable {
  /** The engine inspector's JSON. */
  inspect(): Promise<string>;
  /** Runs it by trtexec's method. */
  time(options: TimingOptions): Promise<TimedRun>;
}

/** Names that are switched on or off. */
export type Switches = Readonly<Record<string, boolean>>;

/** Implicit INT8 of TensorRT 10. */
export type ImplicitCalibration =
  | { readonly kind: 'placeholder' }
  | {
      readonly kind: 'calibrated';
      /** A TensorRT cache, which is used if it fits. */
      readonly cache: Uint8Array | undefined;
      /** Samples for where it does not. */
      readonly samples: SampleOptions | undefined;
      readonly method: MethodOptions;
      /** OPT shapes by input; undefined: those of the first profile. */
      readonly shapes: Readonly<Record<string, readonly number[]>> | undefined;
    };

/** What a build is asked for; what is absent is the library's own choice. */
export interface TrtexecBuildOptions extends OperationOptions {
  readonly profiles: readonly OptimizationProfile[];
  /** Builder flags by calibrt's names. */
  readonly flags: Switches;
  readonly stronglyTyped?: boolean;
  readonly calibration?: ImplicitCalibration;
  /** Bytes by pool. */
  readonly memoryPools: Readonly<Record<string, number>>;
  readonly optimizationLevel?: number;
  readonly avgTimingIterations?: number;
  readonly maxTactics?: number;
  readonly maxAuxStreams?: number;
  readonly tilingLevel?: number;
  readonly l2LimitForTiling?: number;
  readonly profilingVerbosity: 'layer_names_only' | 'detailed' | 'none';
  readonly hardwareCompatibility?: 'ampere+' | 'sameComputeCapability';
  readonly runtimePlatform?: 'WindowsAMD64';
  readonly buildRoute?: string;
  readonly tacticSources: Switches;
  readonly previewFeatures: Switches;
  readonly parserFlags: Switches;
  readonly dlaCore?: number;
  readonly layerPrecisions: readonly LayerAssignment[];
  readonly layerOutputTypes: readonly LayerAssignment[];
  readonly layerDevices: readonly LayerAssignment[];
  readonly inputFormats: readonly TensorFormatSpec[];
  readonly outputFormats: readonly TensorFormatSpec[];
  readonly debugTensors: readonly string[];
  readonly decomposableAttentions: readonly string[];
  readonly debugUnfusedTensors: boolean;
  readonly staticPlugins: readonly string[];
  readonly dynamicPlugins: readonly string[];
  readonly serializedPlugins: readonly string[];
  readonly timingCache?: Uint8Array;
}

/** What a build gives. */
export interface TrtexecBuildResult {
  readonly plan: Uint8Array;
  /** Seconds of the builder, parsing apart. */
  readonly buildSeconds: number;
  readonly timingCache: Uint8Array | undefined;
  /** What a calibration wrote. */
  readonly calibrationCache: Uint8Array | undefined;
}

/** How a plan is loaded. */
export interface TrtexecLoadOptions extends LoadOptions {
  readonly device: number;
  /** Folder for the library's temporary files. */
  readonly tempdir: string | undefined;
}

/** A TensorRT library as this command sees it; tests put a double here. */
export interface TrtexecBackend {
  readonly flavour: TensorRtFlavour;
  /** `TensorRT-RTX 1.7.1`. */
  readonly name: string;
  /** `1.7.1`. */
  readonly version: string;
  /** Whether types are the model's alone. */
  readonly stronglyTyped: boolean;
  /** Whether it builds for GPUs that are not here. */
  readonly buildsAheadOfTime: boolean;
  devices(): Promise<DeviceReport>;
  build(model: string, options: TrtexecBuildOptions, onLog: LibraryLog): Promise<TrtexecBuildResult>;
  /**
   * @param plan - Path of the plan, or the plan.
   */
  load(plan: string | Uint8Array, options: TrtexecLoadOptions, onLog: LibraryLog): Promise<TrtexecEngine>;
}

/** What a backend is chosen by. */
export interface BackendChoice {
  /** `--backend`. */
  readonly backend: 'auto' | 'tensorrt' | 'tensorrt-rtx';
  /** A plan to load, whose maker is then chosen. */
  readonly plan: string | undefined;
  /** Whether nothing is to be run, which without a GPU leaves TensorRT-RTX alone. */
  readonly skipInference: boolean;
  readonly verbose: boolean;
}
