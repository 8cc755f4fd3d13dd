/** calibrt's public API. Everything exported here is documented, typed and kept stable; nothing else is. */
export { quantize } from './pipeline/quantize.js';
export type { QuantizeOptions } from './pipeline/quantize-options.js';
export type { QuantizeResult } from './pipeline/quantize-result.js';
export { calibrate, type CalibrateOptions, type CalibrateResult } from './pipeline/calibration/calibrate.js';
export { explainQuantization, type Explanation } from './pipeline/explain.js';
export { buildPlan, type BuildPlanOptions, type BuildPlanResult } from './pipeline/build/build.js';
export type { CompareOptions } from './pipeline/evaluation/compare-options.js';
export { evaluate, type EvaluateOptions, type EvaluationResult } from './pipeline/evaluation/evaluate.js';
export {
  sensitivity,
  type Closeness,
  type SensitivityLayer,
  type SensitivityOptions,
  type SensitivityResult,
} from './pipeline/sensitivity/sensitivity.js';
export type { AutoOptions, AutoPrecision } from './pipeline/precision/auto-precision.js';
export type { BudgetOptions } from './pipeline/precision/budget.js';
export type { PrecisionStep } from './pipeline/precision/search.js';
export type { LayerMetrics } from './pipeline/evaluation/compare-layers.js';
export { lint, type LintOptions, type LintResult } from './pipeline/lint.js';
export type { Finding, Fixed, Severity } from './model/index.js';
export { migrate, type MigrateOptions, type MigrateResult } from './pipeline/migration/migrate.js';
export type { LineMatch, MatchRule } from './pipeline/migration/match-names.js';
export type { MissingTensor } from './pipeline/migration/place-matched.js';
export type { UnusedLine } from './pipeline/migration/unused-lines.js';
export type { ChangedScale } from './pipeline/migration/written-scales.js';
export { inspect, type Inspection } from './pipeline/inspect.js';
export type { LayersInspection, PlanInspection, PlanInspectionOptions } from './pipeline/inspect-plan.js';
export { benchmark } from './pipeline/bench/benchmark.js';
export type { BenchmarkBackend, BenchmarkOptions, BenchmarkTarget, BuildPrecision } from './pipeline/bench/options.js';
export type { HostConditions } from './pipeline/bench/conditions.js';
export type { BaselineComparison, BenchmarkReport, BenchmarkResult } from './pipeline/bench/report.js';
export type { Interval } from './bench/bootstrap.js';
export type { Comparison, Significance } from './bench/comparison.js';
export type { Figures } from './bench/figures.js';
export type { Steadiness } from './bench/steadiness.js';
export type { Fallback, Layer, LayerPrecision, LayerSummary, Share as LayerShare } from './bench/layers/layer.js';
export { diagnose, type Check, type Diagnosis } from './pipeline/diagnose.js';
export type { SampleData, SampleOptions } from './pipeline/calibration/samples.js';
export type { ActivationOptions, MethodOptions, RangeSymmetry } from './pipeline/calibration/ranges.js';
export type { CompareResult, MetricResult, TopK } from './backends/onnxruntime/index.js';
export {
  buildEngine,
  createRuntime,
  Engine,
  EntropyCalibrator2,
  ExecutionContext,
  loadEngine,
  MinMaxCalibrator,
  NativeCalibrator,
  PercentileCalibrator,
  probeTensorRt,
  readPlanHeader,
  Runtime,
  timeEngine,
  type BuildOptions,
  type BuildResult,
  type CalibrationLoader,
  type CalibrationSamples,
  type CalibrationSummary,
  type ContextOptions,
  type EngineDescription,
  type EngineTensor,
  type LayerTime,
  type FlavourProbe,
  type LoadOptions,
  type NativeCalibratorOptions,
  type OptimizationProfile,
  type PercentileCalibratorOptions,
  type PlanHeader,
  type RuntimeOptions,
  type TimedRun,
  type TimingOptions,
  type WeightStreaming,
} from './backends/tensorrt/index.js';
export type { InferenceTrace } from './bench/trace.js';
export type { MetricModule, MetricPass, OutputMetrics, SampleMetric, SamplePair } from './accuracy/index.js';
export type {
  DataSource,
  DataType,
  Fit,
  IterableSample,
  Layout,
  NamedTensors,
  PixelFormat,
  PreprocessPreset,
  PreprocessSpec,
  SampleSummary,
  Tensor,
  TensorData,
} from './data/index.js';
export type { KindOptions } from './pipeline/kinds/options.js';
export type { ScopeOptions } from './pipeline/placement-options.js';
export type { PrepareOptions } from './pipeline/prepare.js';
export type { GraphForm, WeightStorage } from './model/index.js';
export {
  combineTables,
  convertTable,
  type CombineOptions,
  type ConvertTableOptions,
} from './pipeline/table/convert.js';
export {
  checkCoverage,
  type CoverageOptions,
  type ModelCoverage,
  type NeededTensors,
} from './pipeline/table/coverage.js';
export {
  compareTables,
  readTable,
  writeTable,
  type CalibrationTable,
  type TableComparison,
  type TableFormatName,
  type TensorRange,
} from './tables/index.js';
export { CalibrtError, type CalibrtErrorOptions, type ErrorCode } from './errors.js';
export type { OperationOptions, Progress } from './progress.js';
export { calibratorNames, type CalibratorName, type DynamicRange } from '../calibrators/index.js';
export * as tensors from './tensors/index.js';
export type { Verdict } from './pipeline/verdicts/index.js';
