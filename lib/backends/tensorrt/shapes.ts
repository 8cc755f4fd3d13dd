import { CalibrtError } from '../../errors.js';
import type { ShapeRange } from './build-options.js';
import type { EngineTensor } from './engine-options.js';

/** `1x3x224x224`; `scalar` for no dimensions. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join('x');
}

/** The shapes (of shape tensors: values) that an input takes under a profile. */
export function rangeOf(input: EngineTensor, profile: number): ShapeRange {
  return input.profiles[profile] ?? { min: input.shape, opt: input.shape, max: input.shape };
}

/**
 * Checks a shape, or a shape tensor's values, against a profile.
 *
 * @throws CalibrtError `ERR_DATA_SHAPE` saying what the profile allows.
 */
export function checkRange(input: EngineTensor, profile: number, given: readonly number[]): void {
  const { min, max } = rangeOf(input, profile);
  const fits =
    given.length === min.length &&
    given.every((length, axis) => Number.isInteger(length) && length >= min[axis]! && length <= max[axis]!);
  if (fits) return;
  const what = input.shapeTensor ? 'values' : 'shape';
  const same = shapeText(min) === shapeText(max);
  const allowed = same ? shapeText(min) : `${shapeText(min)} to ${shapeText(max)}`;
  throw new CalibrtError(
    'ERR_DATA_SHAPE',
    `input '${input.name}' has ${what} ${shapeText(given)}: the engine takes ${allowed}` +
      (same ? '' : ` (optimization profile ${profile})`),
  );
}
