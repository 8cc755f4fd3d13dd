/** The embedded CPU backend, behind a process boundary; nothing else in calibrt loads ONNX Runtime. */
export { BatchWriter, storedBatches } from './batch-store.js';
export { padBatch } from './fixed-batch.js';
export { insistsOnLabels } from './output-comparison.js';
export { checkReferenceFigure } from './non-finite.js';
export { WorkerProcess, type RunOptions } from './host.js';
export type {
  BenchJob,
  BenchResult,
  CaptureJob,
  CaptureResult,
  CaptureState,
  CompareJob,
  ComparedNames,
  CompareResult,
  EvaluateJob,
  Judgement,
  JudgeJob,
  KernelTimes,
  MetricResult,
  ProfileJob,
  ProfileResult,
  RecordJob,
  RecordResult,
  ReduceJob,
  ReduceResult,
  SampleSource,
  TimeJob,
  TimeResult,
  Trial,
  TrialsJob,
  TrialsResult,
  ThresholdTrail,
  TopK,
} from './protocol.js';
export { onnxRuntimeVersion } from './version.js';
