import { elementCount, isDataType, isStorageOf } from '../../data/dtype.js';
import type { NamedTensors, Tensor } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import type { NativeFeed } from '../../native.js';
import type { EngineTensor } from './engine-options.js';
import { checkRange, shapeText } from './shapes.js';

/**
 * Checks the tensors for one inference and makes them ready to be copied, in the engine's order.
 *
 * @throws CalibrtError `ERR_USAGE` for an input that is missing or unknown; `ERR_DATA_DTYPE`, `ERR_DATA_SHAPE` for one that the engine
 *   does not take under this profile.
 */
export function toFeeds(inputs: readonly EngineTensor[], profile: number, feeds: NamedTensors): NativeFeed[] {
  checkNames(inputs, Object.keys(feeds));
  return inputs.map((input) => {
    const given = feeds[input.name];
    if (given === undefined) {
      throw new CalibrtError('ERR_USAGE', `input '${input.name}' is missing: expected ${describe(input)}`);
    }
    return toFeed(input, profile, given);
  });
}

/** @throws CalibrtError as {@link toFeeds} does, for one input. */
export function toFeed(input: EngineTensor, profile: number, given: Tensor): NativeFeed {
  checkStorage(input, given);
  if (input.shapeTensor) checkRange(input, profile, Array.from(given.data as ArrayLike<number | bigint>, Number));
  else checkRange(input, profile, given.shape);
  const { buffer, byteOffset, byteLength } = given.data;
  return { name: input.name, shape: given.shape, data: new Uint8Array(buffer, byteOffset, byteLength) };
}

/** @throws CalibrtError `ERR_USAGE` for a name that is no input's. */
export function checkNames(inputs: readonly EngineTensor[], names: readonly string[]): void {
  const unknown = names.find((name) => !inputs.some((input) => input.name === name));
  if (unknown === undefined) return;
  const known = inputs.map(({ name }) => `'${name}'`).join(', ');
  throw new CalibrtError('ERR_USAGE', `the engine has no input '${unknown}': its inputs are ${known}`);
}

function checkStorage(input: EngineTensor, { dtype, shape, data }: Tensor): void {
  if (dtype !== input.dtype) {
    throw new CalibrtError('ERR_DATA_DTYPE', `input '${input.name}' is ${dtype}: the engine takes ${input.dtype}`);
  }
  if (!isDataType(dtype) || !isStorageOf(dtype, data)) {
    const kind = (data as object | undefined)?.constructor.name ?? 'nothing';
    throw new CalibrtError('ERR_DATA_DTYPE', `input '${input.name}' is ${dtype}, but its data is of class ${kind}`);
  }
  // A detached array has no elements left.
  if (data.length === elementCount(shape)) return;
  throw new CalibrtError(
    'ERR_DATA_SHAPE',
    `input '${input.name}' has ${data.length} elements: its shape ${shapeText(shape)} takes ${elementCount(shape)}`,
  );
}

function describe({ dtype, shape }: EngineTensor): string {
  return `${dtype} of shape ${shapeText(shape)}${shape.includes(-1) ? ' (-1: dynamic)' : ''}`;
}
