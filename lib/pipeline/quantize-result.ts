import type { CompareResult } from '../backends/onnxruntime/index.js';
import type { CalibrationTable } from '../tables/index.js';
import type { CastSummary } from './build/cast.js';
import type { CapturedStatistics } from './calibration/statistics.js';
import type { AutoPrecision } from './precision/auto-precision.js';
import type { RepairReport } from './repair/choice.js';
import type { Verdict } from './verdicts/index.js';

/** What `calibrt quantize --json` prints. */
export interface QuantizeResult {
  readonly model: string;
  readonly output: string;
  /** The calibrator with its parameters, or the table's. */
  readonly method: string;
  /** Samples calibrated on; 0 where the ranges came from a table. */
  readonly samples: number;
  /** Samples verified on. */
  readonly holdout: number;
  /** Samples that could not be read. */
  readonly skippedSamples: number;
  /** What one sample looked like to the network. */
  readonly firstSample: CapturedStatistics['firstSample'];
  /** Names of the quantized nodes. */
  readonly quantized: readonly string[];
  readonly skipped: readonly { readonly node: string; readonly reason: string }[];
  readonly tensors: CalibrationTable['tensors'];
  /** What of the model is in FP16, with `highPrecision`. */
  readonly highPrecision?: CastSummary;
  /** How far the INT8 model's outputs are from the FP32 model's, on the holdout; null without one. */
  readonly verify: Pick<CompareResult, 'outputs' | 'labelled' | 'metric'> | null;
  /** What the automatic choice of precision did, with `auto`; `met` tells whether the budget is kept. */
  readonly auto?: AutoPrecision;
  /** What came of each repair that was asked for. */
  readonly repairs?: readonly RepairReport[];
  /** Median time of one run on this CPU in ms, for ONNX Runtime's form alone: the other form's CPU time means nothing. */
  readonly latencyMs?: { readonly fp32: number; readonly int8: number };
  /** Sizes of the model files, external data included. */
  readonly bytes: { readonly fp32: number; readonly int8: number };
  readonly warnings: readonly string[];
  /** What samples, activations and weights show. */
  readonly verdicts: readonly Verdict[];
  /** Milliseconds by phase. */
  readonly timings: Readonly<Record<string, number>>;
  readonly peakRssMb: number;
}
