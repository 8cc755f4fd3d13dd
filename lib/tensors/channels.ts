import { CalibrtError } from '../errors.js';
import { usage } from './arguments.js';

/** Where the channels of a tensor are that has a scale for each. */
export interface ChannelAxis {
  /** The tensor's dimensions; needed with more than one scale. */
  readonly shape?: readonly number[];
  /** The dimension with one scale for each of its entries, from the end where negative. Default 1, as in ONNX. */
  readonly axis?: number;
}

/**
 * Elements between two of the same channel, as the native functions want them: the product of the dimensions behind the axis.
 *
 * @throws CalibrtError `ERR_USAGE` where shape, axis, number of scales and number of elements do not go together.
 */
export function innerSize(name: string, elements: number, scales: number, { shape, axis = 1 }: ChannelAxis): number {
  if (shape === undefined) throw usage(`${name}: ${scales} scales need the tensor's \`shape\` (and \`axis\`)`);
  const size = shape.reduce((product, dim) => product * dim, 1);
  const at = axis < 0 ? axis + shape.length : axis;
  if (size !== elements)
    throw usage(`${name}: the shape [${shape.join(', ')}] has ${size} elements, the data ${elements}`);
  if (shape[at] !== scales) {
    throw usage(
      `${name}: axis ${axis} of [${shape.join(', ')}] has ${shape[at] ?? 'no'} entries, and there are ${scales} scales`,
    );
  }
  return shape.slice(at + 1).reduce((product, dim) => product * dim, 1);
}

/**
 * Calls native code, which throws a TypeError for arguments that it cannot take.
 *
 * @throws CalibrtError `ERR_USAGE` with its message.
 */
export function callNative<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    if (cause instanceof TypeError) throw new CalibrtError('ERR_USAGE', cause.message, { cause });
    throw cause;
  }
}
