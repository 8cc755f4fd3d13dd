import type { BuildOptions, BuildResult } from '../../backends/tensorrt/build-options.js';
import type { EngineDescription, LoadOptions } from '../../backends/tensorrt/engine-options.js';
import type { TimedRun, TimingOptions } from '../../backends/tensorrt/timing-options.js';
import type { LogSeverity, TensorRtFlavour } from '../../native.js';
import type { OperationOptions } from '../../progress.js';
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

/** What a build is asked for, all but which library it is and where its log goes. */
export type TrtexecBuildOptions = Omit<
  BuildOptions & OperationOptions,
  'backend' | 'flavour' | 'library' | 'onLog' | 'logLevel'
>;

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
  build(model: string, options: TrtexecBuildOptions, onLog: LibraryLog): Promise<BuildResult>;
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
