import type { OperationOptions } from '../../progress.js';
import type { SampleOptions } from '../calibration/samples.js';

/** How two models are compared. */
export interface CompareOptions extends SampleOptions, OperationOptions {
  /** Samples per run; default: what the model is fixed to, else 8. */
  readonly batch?: number;
  /** Default: all cores. */
  readonly threads?: number;
  /**
   * Execute Q/DQ as written, in float (default): what the model means. False: with ONNX Runtime's integer kernels, as a model in
   * its form runs.
   */
  readonly exactQdq?: boolean;
  /** Judges the outputs beside: a metric in the command line's words (`sqnr:scores[...,1]`, `top1`, `metric.mjs`). */
  readonly metric?: string;
}
