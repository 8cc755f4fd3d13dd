import { CalibrtError } from '../../errors.js';

/** A value as a model or a plan states it; a name or null is an open dimension. */
export interface StatedValue {
  readonly name: string;
  readonly shape: readonly (number | string | null)[] | undefined;
}

/** What can be compared with another: a model, or a plan. */
export interface StatedInterface {
  readonly path: string;
  readonly inputs: readonly StatedValue[];
  readonly outputs: readonly StatedValue[];
}

/**
 * Refuses what cannot be compared output by output, by what both state.
 *
 * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` naming what differs.
 */
export function checkSameInterface(reference: StatedInterface, candidate: StatedInterface): void {
  for (const side of ['inputs', 'outputs'] as const) {
    const [expected, actual] = [reference[side], candidate[side]];
    if (namesOf(expected) !== namesOf(actual)) {
      throw new CalibrtError(
        'ERR_MODEL_UNSUPPORTED',
        `${reference.path} has ${side} ${namesOf(expected)}, ${candidate.path} has ${namesOf(actual)}: only models of the same ` +
          `${side} can be compared`,
      );
    }
    for (const value of expected) {
      const other = actual.find(({ name }) => name === value.name)!;
      if (mayBeSame(value.shape, other.shape)) continue;
      throw new CalibrtError(
        'ERR_MODEL_UNSUPPORTED',
        `${side.slice(0, -1)} ${value.name} is ${shapeOf(value)} in ${reference.path} and ${shapeOf(other)} in ` +
          `${candidate.path}: only models of the same shapes can be compared`,
      );
    }
  }
}

function namesOf(values: readonly StatedValue[]): string {
  return values
    .map(({ name }) => name)
    .sort()
    .join(', ');
}

function shapeOf({ shape }: StatedValue): string {
  return `[${shape!.map((dim) => dim ?? '?').join(', ')}]`;
}

/** Open and named dimensions may be anything. */
function mayBeSame(a: StatedValue['shape'], b: StatedValue['shape']): boolean {
  if (a === undefined || b === undefined) return true;
  const isKnown = (dim: number | string | null | undefined): boolean => typeof dim === 'number';
  return a.length === b.length && a.every((dim, axis) => !isKnown(dim) || !isKnown(b[axis]) || dim === b[axis]);
}
