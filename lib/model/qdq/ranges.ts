import { CalibrtError } from '../../errors.js';
import type { Placement } from '../placement/types.js';
import { integerRange, scaleFloor, type QuantizedType } from './scale.js';

/** How a tensor's values map to integers: q = round(x / scale) + zeroPoint. */
export interface QuantizationRange {
  readonly scale: number;
  /** Default 0. */
  readonly zeroPoint?: number | undefined;
}

/** A range as it is in the graph. */
export interface FinalRange {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The ranges that go into the graph. */
export interface FinalRanges {
  readonly ranges: ReadonlyMap<string, FinalRange>;
  /** Tensors whose scale was raised to {@link scaleFloor}. */
  readonly floored: readonly string[];
}

/**
 * The range of every placed tensor: groups united to the range that holds all of theirs, scales kept at or above the floor and
 * rounded to float32.
 *
 * @throws CalibrtError `ERR_CALIBRATION` where a tensor has no range, or one that is not finite.
 */
export function finalRanges(
  placement: Placement,
  ranges: ReadonlyMap<string, QuantizationRange>,
  type: QuantizedType,
): FinalRanges {
  const final = new Map<string, FinalRange>();
  const floored: string[] = [];
  for (const { tensor } of placement.activations) final.set(tensor, checked(tensor, ranges.get(tensor), type));
  for (const group of placement.groups) {
    const united = unite(
      group.map((tensor) => final.get(tensor)).filter((range) => range !== undefined),
      type,
    );
    for (const tensor of group) final.set(tensor, united);
  }
  for (const [tensor, { scale, zeroPoint }] of final) {
    if (scale < scaleFloor) floored.push(tensor);
    final.set(tensor, { scale: Math.fround(Math.max(scale, scaleFloor)), zeroPoint });
  }
  return { ranges: final, floored };
}

function checked(tensor: string, range: QuantizationRange | undefined, type: QuantizedType): FinalRange {
  const { min, max } = integerRange[type];
  const zeroPoint = range?.zeroPoint ?? 0;
  if (range && Number.isFinite(range.scale) && range.scale >= 0 && zeroPoint >= min && zeroPoint <= max) {
    // Plus zero: a rounded -0 would show as such in reports.
    return { scale: range.scale, zeroPoint: zeroPoint + 0 };
  }
  const what = range ? `an unusable one (scale ${range.scale}, zero point ${zeroPoint})` : 'none';
  throw new CalibrtError(
    'ERR_CALIBRATION',
    `tensor "${tensor}" needs a range to be quantized, but there is ${what}: calibrate again`,
  );
}

function unite(ranges: readonly FinalRange[], type: QuantizedType): FinalRange {
  const scale = Math.max(...ranges.map((range) => range.scale));
  if (ranges.every(({ zeroPoint }) => zeroPoint === ranges[0]?.zeroPoint))
    return { scale, zeroPoint: ranges[0]?.zeroPoint ?? 0 };
  const { min, max } = integerRange[type];
  const low = Math.min(...ranges.map((range) => (min - range.zeroPoint) * range.scale));
  const high = Math.max(...ranges.map((range) => (max - range.zeroPoint) * range.scale));
  const united = (high - low) / (max - min);
  return { scale: united, zeroPoint: united === 0 ? 0 : Math.min(max, Math.max(min, Math.round(min - low / united))) };
}
