import {
  loadEngine,
  readPlanHeader,
  type EngineTensor,
  type RuntimeOptions,
  type TimedRun,
  type TensorRtBackend,
  type TimingOptions,
} from '../../backends/tensorrt/index.js';
import { native, type NativeCudaReport } from '../../native.js';
import { buildPlan, type BuildPlanOptions, type BuildPlanResult } from '../build/build.js';

/** What is used of an engine. */
export interface TimeableEngine {
  readonly tensors: readonly EngineTensor[];
  readonly libraryVersion: string;
  /** See `timeEngine`. */
  time(options: TimingOptions): Promise<TimedRun>;
  /** The engine inspector's JSON. */
  inspect(): Promise<string>;
  dispose(): Promise<void>;
}

/** What a benchmark needs of TensorRT. */
export interface EngineTools {
  load(
    plan: string,
    options: RuntimeOptions,
  ): Promise<{ readonly engine: TimeableEngine; readonly backend: TensorRtBackend }>;
  build(model: string, plan: string, options: BuildPlanOptions): Promise<Pick<BuildPlanResult, 'cast' | 'notes'>>;
  gpus(): Promise<NativeCudaReport>;
}

/** TensorRT as it is installed. */
export const engineTools: EngineTools = {
  load: async (plan, options) => ({
    engine: await loadEngine(plan, options),
    backend: (await readPlanHeader(plan)).kind,
  }),
  build: buildPlan,
  gpus: () => native().probeCuda(),
};
