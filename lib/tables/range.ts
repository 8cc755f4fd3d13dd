import type { StatisticsSummary } from '../native.js';
import type { CalibrationTable, ObservedValues, TensorRange } from './table.js';

/** Steps of INT8 on each side of 0; -128 is not used, so that the range is symmetric. */
const INT8_STEPS = 127;
const UINT8_STEPS = 255;

/** The INT8 scale of a threshold: amax / 127 rounded to float32, as TensorRT's caches hold it. */
export function symmetricScale(amax: number): number {
  return Math.fround(amax / INT8_STEPS);
}

/** A symmetric INT8 range [-amax, amax]. */
export function symmetricRange(amax: number, summary?: StatisticsSummary): TensorRange {
  return {
    min: -amax,
    max: amax,
    amax,
    scale: symmetricScale(amax),
    zeroPoint: 0,
    ...(summary && { observed: observedValues(summary) }),
  };
}

/**
 * The symmetric range that a scale alone tells of. `scale` is a float32 value; 127 times it may need more bits, and amax keeps
 * them, so that dividing again gives the same scale.
 */
export function rangeOfScale(scale: number): TensorRange {
  const amax = scale * INT8_STEPS;
  return { min: -amax, max: amax, amax, scale, zeroPoint: 0 };
}

/**
 * An asymmetric UINT8 range. It is widened to contain 0, which must be exact (padding is 0); scale = (max - min) / 255 and
 * zero point = round(-min / scale), as ONNX Runtime's quantizer computes them.
 */
export function asymmetricRange(min: number, max: number, summary?: StatisticsSummary): TensorRange {
  const low = Math.min(0, min);
  const high = Math.max(0, max);
  const scale = Math.fround((high - low) / UINT8_STEPS);
  const zeroPoint = scale === 0 ? 0 : Math.min(UINT8_STEPS, Math.max(0, Math.round(-low / scale)));
  return {
    min: low,
    max: high,
    amax: Math.max(-low, high),
    scale,
    zeroPoint,
    ...(summary && { observed: observedValues(summary) }),
  };
}

/** Whether a table's ranges have zero points, as UINT8 wants them; a calibration makes all of one kind. */
export function isAsymmetric({ tensors }: CalibrationTable): boolean {
  return Object.values(tensors).some(({ min, max, zeroPoint }) => zeroPoint !== 0 || min !== -max);
}

/** What a table records of a tensor's statistics. */
export function observedValues({ min, max, count, zeros, nans, infinities }: StatisticsSummary): ObservedValues {
  return {
    min,
    max,
    count: Number(count),
    zeros: Number(zeros),
    nans: Number(nans),
    infinities: Number(infinities),
  };
}
