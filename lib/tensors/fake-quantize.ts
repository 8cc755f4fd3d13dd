import { native } from '../native.js';
import { checkFloats, checkOptions } from './arguments.js';
import { callNative } from './channels.js';
import { scaleSettings, type LinearOptions } from './linear.js';

/** A quantization that is only simulated. */
export interface FakeQuantizeOptions extends Omit<LinearOptions, 'dtype'> {
  /** Width of the integers, 2 to 16. Default 8. */
  readonly bits?: number;
  /** Whether they go from -2^(bits-1) to 2^(bits-1) - 1 (default), or from 0 to 2^bits - 1. */
  readonly signed?: boolean;
  /** Of signed integers: leaves out the least, so that they are symmetric. Default false. */
  readonly narrow?: boolean;
  /**
   * Rounds up with a probability equal to the fractional part, by a generator with this seed, instead of to the nearest, half to even. The
   * same seed (an integer of at least 0) gives the same result.
   */
  readonly stochasticSeed?: number;
}

/**
 * Quantizes and dequantizes: the values that remain. With the integers of `int8` or `uint8`, bit for bit what {@link quantize} and
 * {@link dequantize} give one after the other.
 *
 * @throws CalibrtError `ERR_USAGE` for an argument of another type, a width out of range, or scales, zero points and shape that do not go together.
 */
export function fakeQuantize(data: Float32Array, options: FakeQuantizeOptions): Float32Array {
  checkFloats('fakeQuantize', 'data', data);
  checkOptions('fakeQuantize', options, '`scale`');
  const { bits = 8, signed = true, narrow, stochasticSeed } = options;
  const settings = {
    ...scaleSettings('fakeQuantize', data.length, options),
    bits,
    signed,
    ...(narrow === undefined ? {} : { narrow }),
    ...(stochasticSeed === undefined ? {} : { stochasticSeed }),
  };
  return callNative(() => native().fakeQuantize(data, settings));
}
