import { CalibrtError } from '../errors.js';
import { native } from '../native.js';
import { checkFloats, checkOptions } from './arguments.js';
import { callNative, type ChannelAxis } from './channels.js';

/** What scales are for. */
export interface ScaleOptions extends ChannelAxis {
  /** Width of the integers, 2 to 16. Default 8. */
  readonly bits?: number;
  /** One scale for each entry of `axis` (which needs `shape`), in place of one in all. Default false. */
  readonly perChannel?: boolean;
}

/**
 * The symmetric scales that clip nothing: max |x| / (2^(bits-1) - 1), in float32. Where all values are 0 it is 2^-40, as scales must be
 * above 0.
 *
 * @throws CalibrtError `ERR_USAGE` for an argument of another type, a value that is not finite, a width out of range, or a shape that does not fit.
 */
export function symmetricScales(data: Float32Array, options: ScaleOptions = {}): Float32Array {
  checkFloats('symmetricScales', 'data', data);
  checkOptions('symmetricScales', options, '`bits`, `perChannel`, `shape`, `axis`');
  const { bits = 8, perChannel = false, shape = [], axis = 1 } = options;
  if (!Number.isInteger(bits) || bits < 2 || bits > 16) {
    throw new CalibrtError('ERR_USAGE', `symmetricScales: bits must be a whole number from 2 to 16, not ${bits}`);
  }
  const at = axis < 0 ? axis + shape.length : axis;
  const channels = perChannel ? shape[at] : 1;
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (channels === undefined || (perChannel && size !== data.length)) {
    throw new CalibrtError(
      'ERR_USAGE',
      `symmetricScales: axis ${axis} of the shape [${shape.join(', ')}] does not fit ${data.length} elements`,
    );
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new CalibrtError(
      'ERR_USAGE',
      `symmetricScales: data must be finite, and data[${wrong}] is ${data[wrong]}: such values have no scale`,
    );
  }
  const inner = perChannel ? shape.slice(at + 1).reduce((product, dim) => product * dim, 1) : data.length;
  const amax = new Float32Array(channels);
  data.forEach((value, index) => {
    const channel = channels === 1 ? 0 : Math.floor(index / inner) % channels;
    amax[channel] = Math.max(amax[channel]!, Math.abs(value));
  });
  return amax.map((greatest) => Math.max(2 ** -40, greatest / (2 ** (bits - 1) - 1)));
}

/**
 * For each scale the least power of two that is not below it: multiplying by it is a shift, and nothing is clipped that the scale
 * keeps.
 *
 * @throws CalibrtError `ERR_USAGE` where a scale is not finite or not above 0.
 */
export function powerOfTwoScales(scales: Float32Array): Float32Array {
  checkFloats('powerOfTwoScales', 'scales', scales);
  return callNative(() => native().powerOfTwoScales(scales));
}
