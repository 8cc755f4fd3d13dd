import type { EngineTensor } from '../../backends/tensorrt/index.js';
import { modelInputs, type ModelInput } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import type { InputShapes } from './feeds.js';

/** In what an engine runs. */
export interface EngineShapes {
  /** Of each input; of a shape tensor, its values. */
  readonly shapes: InputShapes;
  /** The first optimization profile that takes them. */
  readonly profile: number;
}

/**
 * The shapes to run an engine in: those given, else OPT of the profile that takes those.
 *
 * @throws CalibrtError `ERR_USAGE` for a shape of no input, or one that no profile takes.
 */
export function engineShapes(
  { model, shapes: given }: { readonly model: string; readonly shapes: InputShapes },
  tensors: readonly EngineTensor[],
): EngineShapes {
  const inputs = tensors.filter(({ mode }) => mode === 'input');
  const unknown = Object.keys(given).find((name) => inputs.every((input) => input.name !== name));
  if (unknown !== undefined) {
    const names = inputs.map(({ name }) => name).join(', ');
    throw new CalibrtError('ERR_USAGE', `--shapes ${unknown}: ${model} has no such input, but ${names}`);
  }
  const profiles = Math.max(1, ...inputs.map((input) => input.profiles.length));
  for (let profile = 0; profile < profiles; profile++) {
    if (!inputs.every((input) => takes(input, profile, given[input.name]))) continue;
    const shapes = inputs.map(({ name, profiles, shape }): [string, readonly number[]] => [
      name,
      given[name] ?? profiles[profile]?.opt ?? shape,
    ]);
    return { shapes: Object.fromEntries(shapes), profile };
  }
  const asked = Object.entries(given).map(([name, dims]) => `${name}:${dims.join('x')}`);
  const ranges = Array.from({ length: profiles }, (_, profile) =>
    inputs
      .filter(({ name }) => given[name])
      .map((input) => `${input.name} ${rangeText(input, profile)}`)
      .join(', '),
  );
  throw new CalibrtError(
    'ERR_USAGE',
    `--shapes ${asked.join(',')}: no optimization profile of ${model} takes them: ${ranges.join('; or ')}`,
  );
}

/** An engine's inputs as samples feed them: without shape tensors, whose values are part of the shapes. */
export function statedInputs(tensors: readonly EngineTensor[]): ModelInput[] {
  const inputs = tensors.filter(({ mode, shapeTensor }) => mode === 'input' && !shapeTensor);
  return modelInputs(
    inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape: shape.map((size) => (size < 0 ? null : size)) })),
  );
}

function takes(input: EngineTensor, profile: number, dims: readonly number[] | undefined): boolean {
  if (dims === undefined) return true;
  const { min, max } = input.profiles[profile] ?? { min: input.shape, max: input.shape };
  return dims.length === min.length && dims.every((size, axis) => size >= min[axis]! && size <= max[axis]!);
}

function rangeText(input: EngineTensor, profile: number): string {
  const { min, max } = input.profiles[profile] ?? { min: input.shape, max: input.shape };
  const [least, most] = [min.join('x'), max.join('x')];
  return least === most ? least : `${least} to ${most}`;
}
