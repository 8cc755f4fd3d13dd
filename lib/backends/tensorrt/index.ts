export { buildEngine } from './build.js';
export type {
  BuilderFlag,
  BuildDetails,
  LayerAssignment,
  MemoryPool,
  ParserFlag,
  PreviewFeature,
  Switches,
  TacticSource,
  TensorFormat,
} from './build-details.js';
export type {
  BuildOptions,
  BuildResult,
  CalibrationSummary,
  OptimizationProfile,
  ShapeRange,
} from './build-options.js';
export {
  EntropyCalibrator2,
  MinMaxCalibrator,
  NativeCalibrator,
  nativeCalibrators,
  PercentileCalibrator,
  type CalibrationLoader,
  type CalibrationSamples,
  type NativeCalibratorOptions,
  type PercentileCalibratorOptions,
} from './calibrators.js';
export type { TensorRtBackend } from './flavours.js';
export {
  locateTensorRt,
  type LibraryCandidate,
  type LibraryOrigin,
  type LibrarySearch,
  type LocatedLibrary,
} from './locate.js';
export { readPlanHeader, type PlanHeader } from './plan.js';
export { probeTensorRt, type FlavourProbe } from './probe.js';
export { ExecutionContext } from './context.js';
export { Engine } from './engine.js';
export type {
  ContextOptions,
  EngineDescription,
  EngineTensor,
  LoadOptions,
  RuntimeOptions,
  WeightStreaming,
} from './engine-options.js';
export { loadEngine } from './load.js';
export { createRuntime, Runtime } from './runtime.js';
export { timeEngine, type LayerTime, type TimedRun, type TimingOptions } from './timing.js';
