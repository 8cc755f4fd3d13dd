import { native, type QuantizationError as NativeError } from '../native.js';
import { checkFloats } from './arguments.js';
import { callNative } from './channels.js';

/** How far an approximation is from what it stands for. */
export interface QuantizationError {
  /** Mean of the squared differences. */
  readonly mse: number;
  /** 10·log10(Σ x² / Σ (x - y)²) in decibels; `Infinity` where nothing differs. */
  readonly sqnrDb: number;
  /** Kullback-Leibler divergence of the two histograms in nats, half a count added to every bin. */
  readonly kl: number;
}

/**
 * Compares a tensor with what quantization made of it.
 *
 * @param bins - Equal bins of the histograms for `kl`, over the values of both; with more bins than levels it measures the gaps between
 *   these. Default 128.
 * @throws CalibrtError `ERR_USAGE` where the two differ in length, are empty, or hold a value that is not finite; for an argument that is
 *   no Float32Array.
 */
export function quantizationError(reference: Float32Array, approximation: Float32Array, bins = 128): QuantizationError {
  checkFloats('quantizationError', 'reference', reference);
  checkFloats('quantizationError', 'approximation', approximation);
  const { mse, sqnr, kl }: NativeError = callNative(() => native().quantizationError(reference, approximation, bins));
  return { mse, sqnrDb: sqnr, kl };
}
