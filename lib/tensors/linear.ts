import { native, type QuantizeOptions } from '../native.js';
import { checkFloats, checkIntegers, checkOptions, numbersOf } from './arguments.js';
import { callNative, innerSize, type ChannelAxis } from './channels.js';

/** 8-bit integers. */
export type QuantizedData = Int8Array | Uint8Array;

/** How values become integers and back: q = saturate(round(x / scale) + zero point). */
export interface LinearOptions extends ChannelAxis {
  /** One in all or one per channel, each finite and above 0. Numbers are rounded to float32, as a model holds them. */
  readonly scale: number | readonly number[] | Float32Array;
  /** Likewise; integers of `dtype`. Default 0. */
  readonly zeroPoint?: number | readonly number[] | Int32Array;
  /** Default `int8`. */
  readonly dtype?: 'int8' | 'uint8';
}

/**
 * ONNX's QuantizeLinear, bit for bit what ONNX Runtime computes: x / scale in float32, rounded half to even, plus the zero point,
 * saturated. NaN gives the least integer.
 *
 * @throws CalibrtError `ERR_USAGE` for an argument of another type, or scales, zero points and shape that do not go together.
 */
export function quantize(data: Float32Array, options: LinearOptions): QuantizedData {
  checkFloats('quantize', 'data', data);
  checkOptions('quantize', options, '`scale`');
  const settings = settingsOf('quantize', data.length, options);
  return callNative(() => native().quantizeLinear(data, settings));
}

/**
 * ONNX's DequantizeLinear: (q - zero point)·scale in float32. `dtype` follows the array.
 *
 * @throws CalibrtError `ERR_USAGE` for an argument of another type, or scales, zero points and shape that do not go together.
 */
export function dequantize(data: QuantizedData, options: Omit<LinearOptions, 'dtype'>): Float32Array {
  checkIntegers('dequantize', 'data', data);
  checkOptions('dequantize', options, '`scale`');
  const dtype = data instanceof Int8Array ? 'int8' : 'uint8';
  const settings = settingsOf('dequantize', data.length, { ...options, dtype });
  return callNative(() => native().dequantizeLinear(data, settings));
}

/** The options as native code wants them. */
function settingsOf(name: string, elements: number, options: LinearOptions): QuantizeOptions {
  return { ...scaleSettings(name, elements, options), dtype: options.dtype ?? 'int8' };
}

/** Scales and zero points as arrays, and the channels' layout where there are several. */
export function scaleSettings(
  name: string,
  elements: number,
  options: Omit<LinearOptions, 'dtype'>,
): Omit<QuantizeOptions, 'dtype'> {
  const scale = Float32Array.from(numbersOf(name, 'scale', options.scale, isScale, 'a finite number above 0'));
  const zeros =
    options.zeroPoint === undefined
      ? undefined
      : numbersOf(name, 'zeroPoint', options.zeroPoint, Number.isInteger, 'a whole number');
  const zeroPoint = zeros && Int32Array.from(zeros);
  return {
    scale,
    ...(zeroPoint === undefined ? {} : { zeroPoint }),
    ...(scale.length === 1 ? {} : { inner: innerSize(name, elements, scale.length, options) }),
  };
}

function isScale(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}
