import { CalibrtError } from '../errors.js';
import type { ModelInput } from './spec.js';

/** A shape for a message: `[1, 3, ?, width]`. */
export function formatShape(shape: readonly (number | string | null)[]): string {
  return `[${shape.map((length) => length ?? '?').join(', ')}]`;
}

/**
 * The shape with which one sample enters the network. An array without the batch axis gets one of length 1; every fixed axis must
 * agree with the model's, except that one sample is enough for a network of a fixed batch.
 *
 * @param where - The file or item, for the message.
 * @throws CalibrtError `ERR_DATA_SHAPE` naming it, what was expected and what was found.
 */
export function sampleShape(shape: readonly number[], input: ModelInput, where: string): readonly number[] {
  const expected = input.shape;
  const candidate = shape.length === expected.length - 1 && expected.length > 0 ? [1, ...shape] : shape;
  if (candidate.length === expected.length && fits(candidate, expected)) return candidate;
  throw new CalibrtError(
    'ERR_DATA_SHAPE',
    `${where}: input ${input.name} takes ${formatShape(expected)}, one sample being ${formatShape(oneSample(expected))}, ` +
      `found ${formatShape(shape)}: give one sample per file or row, in the shape that the network takes`,
  );
}

/** The model's shape with one sample on the batch axis. */
export function oneSample(shape: ModelInput['shape']): ModelInput['shape'] {
  return shape.length > 0 ? [isBatchAxis(shape) ? 1 : shape[0]!, ...shape.slice(1)] : shape;
}

/**
 * Whether axis 0 of an input counts samples. It does, except for a scalar, a vector of fixed length, and a single image (three
 * fixed axes, one of them the 3 channels or the last of length 1).
 */
export function isBatchAxis(shape: ModelInput['shape']): boolean {
  const [first, , last] = shape;
  if (shape.length < 2) return shape.length === 1 && typeof first !== 'number';
  const isSingleImage =
    shape.length === 3 && typeof first === 'number' && first > 1 && (first === 3 || last === 3 || last === 1);
  return !isSingleImage;
}

/** Samples per run that the network is fixed to; `undefined` where it takes any number. Networks without a batch axis take 1. */
export function fixedBatch(inputs: readonly ModelInput[]): number | undefined {
  if (inputs.some(({ shape }) => !isBatchAxis(shape))) return 1;
  return inputs.map(({ shape }) => shape[0]).find((length) => typeof length === 'number');
}

function fits(shape: readonly number[], expected: ModelInput['shape']): boolean {
  return oneSample(expected).every((length, axis) => typeof length !== 'number' || length === shape[axis]);
}
