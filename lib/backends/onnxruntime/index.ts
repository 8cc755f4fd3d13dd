/** The embedded CPU backend, behind a process boundary; nothing else in calibrt loads ONNX Runtime. */
export { WorkerProcess, type RunOptions } from './host.js';
export type {
  CaptureJob,
  CaptureResult,
  CaptureState,
  CompareJob,
  CompareResult,
  EvaluateJob,
  Judgement,
  JudgeJob,
  MetricResult,
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
