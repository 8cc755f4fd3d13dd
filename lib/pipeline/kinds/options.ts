import { CalibrtError } from '../../errors.js';
import type { RangeSymmetry } from '../calibration/ranges.js';
import type { CheckedOptions } from '../check-options.js';
import { methodOf } from '../check-options.js';

/** Kinds of quantization beside static INT8. */
export interface KindOptions {
  /** Stores weights as INT8 with DequantizeLinear and computes in float: smaller, as exact as INT8 weights allow, needs no samples. */
  readonly weightOnly?: boolean;
  /**
   * Finds the ranges of activations while the model runs: operators on integers for ONNX Runtime's CPU, which need no samples. TensorRT has
   * none such.
   */
  readonly dynamic?: boolean;
  /** What 8 bits hold: `int8` (default), or `fp8`, E4M3 with scale amax / 448 (operator set 19; TensorRT 11 and RTX). */
  readonly dtype?: 'int8' | 'fp8';
  /** `pow2`: every scale is the least power of two that clips no more, so that rescaling is a shift. Default `float`. */
  readonly scales?: 'float' | 'pow2';
  /** `asymmetric`: weights with a zero point, one scale in all, for ONNX Runtime's CPU. Default `symmetric`. */
  readonly weightRanges?: RangeSymmetry;
  /**
   * Width of the integers, 2 to 16, as a simulation: the model that is written computes in float what integers of that width would
   * give. For `eval`, not for an engine. Ranges are searched for that width up to 8 bits, and are those of `minmax` beyond.
   */
  readonly bits?: number;
  /** With `bits`: rounds the weights stochastically, by a generator with this seed (an integer of at least 0). */
  readonly stochasticSeed?: number;
}

/** The widest integers that calibrators search ranges for. */
const SEARCHED_BITS = 8;

const words = {
  dtype: ['--dtype', ['int8', 'fp8']],
  scales: ['--scales', ['float', 'pow2']],
  weightRanges: ['--weight-ranges', ['symmetric', 'asymmetric']],
} as const;

type Options = KindOptions &
  CheckedOptions & {
    readonly weightStorage?: string;
    readonly highPrecision?: string;
    readonly tableOut?: string;
    readonly auto?: boolean;
    readonly report?: string;
  };

/**
 * Refuses kinds that do not go together, or that the target cannot take, before any work, and fills in what a kind implies: its target,
 * its method, one scale for all of a weight.
 *
 * @throws CalibrtError `ERR_USAGE` with the reason.
 */
export function resolveKinds<T extends Options>(given: T): T {
  for (const [name, [flag, choices]] of Object.entries(words)) {
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined || (choices as readonly unknown[]).includes(value)) continue;
    throw usage(`${flag} must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`);
  }
  const options =
    given.dynamic === true && given.form === undefined ? { ...given, form: 'onnxruntime' as const } : given;
  checkTogether(options);
  checkTarget(options);
  const perTensor = options.weightRanges === 'asymmetric' ? { weights: 'per-tensor' as const } : {};
  const method = impliedMethod(options);
  return { ...options, ...perTensor, ...(method === undefined ? {} : { method }) };
}

function checkTogether(options: Options): void {
  const { weightOnly, dynamic, dtype, scales, weightRanges, bits, stochasticSeed } = options;
  const kinds = {
    '--weight-only': weightOnly === true,
    '--dynamic': dynamic === true,
    '--dtype fp8': dtype === 'fp8',
    '--bits': bits !== undefined,
  };
  const chosen = Object.entries(kinds).flatMap(([flag, isChosen]) => (isChosen ? [flag] : []));
  if (chosen.length > 1) throw usage(`${chosen.join(' and ')} are different kinds of quantization: choose one`);
  const [kind] = chosen;
  if (scales === 'pow2' && (dtype === 'fp8' || bits !== undefined))
    throw usage(`--scales pow2 is of INT8: leave out ${kind}`);
  if (weightRanges === 'asymmetric' && (dtype === 'fp8' || bits !== undefined)) {
    throw usage(`--weight-ranges asymmetric is of INT8: leave out ${kind}`);
  }
  const ofRanges =
    options.table ?? options.tableOut ?? options.resume ?? options.method ?? options.percentile ?? options.tune;
  if ((weightOnly === true || dynamic === true) && ofRanges !== undefined) {
    throw usage(`${kind} needs no ranges: leave out --method, --percentile, --tune, --table, --table-out and --resume`);
  }
  if (options.weightStorage === 'qdq' && kind !== undefined)
    throw usage(`--weights qdq is of static INT8: leave out ${kind}`);
  if (options.highPrecision === 'fp16' && (dynamic === true || bits !== undefined)) {
    throw usage(`--high-precision fp16 is for engines: leave out ${kind}`);
  }
  const isOther = kind !== undefined || scales === 'pow2' || weightRanges === 'asymmetric';
  if (options.auto === true && isOther)
    throw usage('--auto is of static INT8 with float scales: leave the other kinds out');
  if (options.report !== undefined && isOther)
    throw usage('--report is of static INT8 with float scales: leave it out');
  if (bits !== undefined && !(Number.isInteger(bits) && bits >= 2 && bits <= 16)) {
    throw usage(`--bits must be a whole number from 2 to 16, not ${bits}`);
  }
  if (stochasticSeed === undefined) return;
  if (bits === undefined) throw usage('--stochastic-seed is for a simulation: give --bits too (8 for INT8)');
  if (!(Number.isSafeInteger(stochasticSeed) && stochasticSeed >= 0)) {
    throw usage(`--stochastic-seed must be a whole number of at least 0, not ${stochasticSeed}`);
  }
}

function checkTarget({ form = 'tensorrt', dynamic, dtype, weightRanges, weightOnly }: Options): void {
  if (dynamic === true && form === 'tensorrt') {
    throw usage(
      'TensorRT takes no ranges that are found at run time: scales are constants of an engine. Calibrate (--data), or write the ' +
        'model for ONNX Runtime (--dynamic --for onnxruntime)',
    );
  }
  if (weightRanges === 'asymmetric' && (form === 'tensorrt' || weightOnly === true)) {
    throw usage(
      'TensorRT takes symmetric weights only (no zero point): leave out --weight-ranges asymmetric, or write the model for ONNX ' +
        'Runtime (--for onnxruntime)',
    );
  }
  if (dtype === 'fp8' && form === 'onnxruntime') {
    throw usage('--dtype fp8 is for TensorRT 11 and TensorRT-RTX: no CPU computes in FP8. Leave out --for onnxruntime');
  }
}

/** INT8's searches weigh equal steps, and are for 8 bits at most: FP8 and wider integers keep what was observed. */
function impliedMethod(options: Options): 'minmax' | undefined {
  const { dtype, bits = 0, table } = options;
  const isOther = dtype === 'fp8' || bits > SEARCHED_BITS;
  const isNarrow = bits > 0 && bits < SEARCHED_BITS;
  if (table !== undefined || (!isOther && !isNarrow)) return undefined;
  const method = options.method === undefined && options.percentile === undefined ? undefined : methodOf(options);
  const what = dtype === 'fp8' ? '--dtype fp8' : `--bits ${bits}`;
  if (method === 'auto') throw usage(`--method auto judges INT8: choose another method for ${what}`);
  if (!isOther) return undefined;
  if (method === undefined) return 'minmax';
  if (method === 'minmax' || method === 'percentile') return undefined;
  throw usage(`--method ${method} searches ranges for integers of up to 8 bits: use minmax or percentile for ${what}`);
}

function usage(message: string): CalibrtError {
  return new CalibrtError('ERR_USAGE', message);
}
