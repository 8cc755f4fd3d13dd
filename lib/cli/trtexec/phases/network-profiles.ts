import type { OptimizationProfile } from '../../../backends/tensorrt/build-options.js';
import { CalibrtError } from '../../../errors.js';
import { dimsText } from '../banner.js';
import type { ShapeProfile, ShapeSpec } from '../options/index.js';
import { findPlausible, matchesPattern } from '../options/specs.js';
import type { ServedShapes } from '../report/optimization-profiles.js';

/** An input as the model states it: open dimensions are no numbers. */
export interface NetworkInput {
  readonly name: string;
  readonly dtype: string | undefined;
  readonly shape: readonly (number | string | null)[] | undefined;
}

/** Profiles with every dynamic input, and what trtexec says of them. */
export interface NetworkProfiles {
  readonly profiles: readonly OptimizationProfile[];
  readonly lines: readonly (readonly ['I' | 'W', string])[];
}

/**
 * Gives each dynamic input its shapes in each profile: those whose name fits, else 1 for every open dimension.
 *
 * @throws CalibrtError `ERR_USAGE` for a shape of no input, or of a network with no dynamic input.
 */
export function networkProfiles(inputs: readonly NetworkInput[], given: readonly ShapeProfile[]): NetworkProfiles {
  checkNames(inputs, given);
  const dynamic = inputs.filter((input) => takesShapes(input, given));
  const lines: (readonly ['I' | 'W', string])[] = [];
  const profiles = given.map((): Record<string, ShapeSpec> => ({}));
  for (const input of dynamic) {
    given.forEach((profile, index) => {
      const range = findPlausible(profile, input.name) ?? ones(input, (text) => lines.push(['W', text]));
      profiles[index]![input.name] = range;
      lines.push([
        'I',
        `Set shape of input tensor ${input.name} for optimization profile ${index} to: ` +
          `MIN=${dimsText(range.min)} OPT=${dimsText(range.opt)} MAX=${dimsText(range.max)}`,
      ]);
    });
  }
  if (dynamic.length === 0 && given.some(({ size }) => size > 0)) {
    throw new CalibrtError(
      'ERR_USAGE',
      'Static model does not take explicit shapes: all its inputs have fixed dimensions. Leave the shapes out',
    );
  }
  return { profiles: dynamic.length === 0 ? [] : profiles, lines };
}

/** What an engine of these profiles serves; inputs that are in none have fixed dimensions. */
export function servedShapes(inputs: readonly NetworkInput[], profiles: readonly OptimizationProfile[]): ServedShapes {
  const tensors = inputs.map(({ name, shape = [] }) => ({
    name,
    mode: 'input' as const,
    shape: shape.map(Number),
    profiles: profiles.flatMap((profile) => profile[name] ?? []),
  }));
  return { tensors, profiles: Math.max(1, profiles.length) };
}

function checkNames(inputs: readonly NetworkInput[], given: readonly ShapeProfile[]): void {
  for (const pattern of given.flatMap((profile) => [...profile.keys()])) {
    if (inputs.some(({ name }) => matchesPattern(pattern, name))) continue;
    throw new CalibrtError(
      'ERR_USAGE',
      `Cannot find input tensor with name "${pattern}" in the network inputs: they are ` +
        inputs.map(({ name }) => `"${name}"`).join(', '),
    );
  }
}

/** Dynamic inputs do, and integers of fixed shape that were given some: values of a shape tensor. */
function takesShapes({ name, dtype, shape }: NetworkInput, given: readonly ShapeProfile[]): boolean {
  if (shape === undefined || shape.some((dim) => typeof dim !== 'number')) return true;
  const integer = dtype === 'int32' || dtype === 'int64';
  return integer && shape.length < 2 && given.some((profile) => findPlausible(profile, name) !== undefined);
}

function ones({ name, shape }: NetworkInput, warn: (text: string) => void): ShapeSpec {
  if (shape === undefined) {
    throw new CalibrtError(
      'ERR_USAGE',
      `the model does not state the rank of input "${name}": give --optShapes=${name}:DIMS`,
    );
  }
  const dims = shape.map((dim) => (typeof dim === 'number' && dim > 0 ? dim : 1));
  warn(
    `Dynamic dimensions required for input: ${name}, but no shapes were provided. ` +
      `Automatically overriding shape to: ${dimsText(dims)}`,
  );
  return { min: dims, opt: dims, max: dims };
}
