import type { WeightStorage } from '../model/index.js';
import type { OperationOptions } from '../progress.js';
import type { ActivationOptions, MethodOptions } from './calibration/ranges.js';
import type { SampleOptions } from './calibration/samples.js';
import type { KindOptions } from './kinds/options.js';
import type { ScopeOptions } from './placement-options.js';
import type { AutoOptions } from './precision/auto-precision.js';
import type { RepairOptions } from './repair/repair.js';

/** Options of `quantize`; samples are needed unless `table` is given, and then only for the verification. */
export interface QuantizeOptions
  extends
    Partial<SampleOptions>,
    MethodOptions,
    ActivationOptions,
    KindOptions,
    ScopeOptions,
    AutoOptions,
    RepairOptions,
    OperationOptions {
  /** Shapes for inputs whose dimensions are open, by name; the model that is written has them. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>> | undefined;
  /** Samples kept out of calibration to verify on; default a fifth, at least 1, at most 64; 0: no verification. */
  readonly holdout?: number;
  /** Ranges from this table, calibrating nothing. */
  readonly table?: string;
  /** Where to write the calibration table. */
  readonly tableOut?: string;
  /** As for `calibrate`: the file that an interrupted calibration goes on from. */
  readonly resume?: string;
  /** How weights are kept: `int8` (default) or `qdq`, float with a Q/DQ pair. */
  readonly weightStorage?: WeightStorage;
  /** Where to write a page of what was found and done; ranks the layers too, which takes some runs of the network. */
  readonly report?: string;
  /** What the nodes without Q/DQ run in: `fp32` (default), or `fp16`, written into the model (TensorRT's form alone). */
  readonly highPrecision?: 'fp32' | 'fp16';
  /** Samples per run of the verification; the calibration's results could depend on it, so it does not follow. Default 8. */
  readonly batch?: number;
  /** Default: all cores. */
  readonly threads?: number;
}
