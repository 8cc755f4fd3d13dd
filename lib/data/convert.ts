import { CalibrtError } from '../errors.js';
import { bfloat16ToNumber, float16ToNumber, numberToFloat16 } from '../float16.js';
import { allocate, isFloat } from './dtype.js';
import type { ModelInput } from './spec.js';
import type { DataType, TensorData } from './tensor.js';

/** Integers that float32 holds exactly. */
const smallIntegers = new Set<DataType>(['int8', 'uint8', 'int16', 'uint16', 'bool']);

const integerRange: Partial<Readonly<Record<DataType, readonly [bigint, bigint]>>> = {
  int8: [-128n, 127n],
  uint8: [0n, 255n],
  int16: [-32768n, 32767n],
  uint16: [0n, 65535n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  bool: [0n, 1n],
};

/**
 * Values of one type in the storage of the network's. Floats become the input's float type (rounded to nearest); integers of 8
 * and 16 bits become floats as they are; integers become other integers where every value fits. Floats never become
 * integers, and wide integers never floats: that is a wrong array more often than a wish.
 *
 * @throws CalibrtError `ERR_DATA_DTYPE` naming `where`, the type expected and the type found.
 */
export function convertToInput(data: TensorData, from: DataType, input: ModelInput, where: string): TensorData {
  const to = input.dtype;
  if (from === to) return data;
  if (isFloat(to) && (isFloat(from) || smallIntegers.has(from))) return convertToFloat(data, from, to);
  if (!isFloat(to) && !isFloat(from)) return convertInteger(data, from, input, where);
  throw new CalibrtError(
    'ERR_DATA_DTYPE',
    `${where}: input ${input.name} takes ${to}, found ${from}, which is not converted silently: save it as ${to}`,
  );
}

function convertToFloat(data: TensorData, from: DataType, to: DataType): TensorData {
  const values = toNumbers(data, from);
  if (to === 'float32') return values instanceof Float32Array ? values : Float32Array.from(values);
  if (to === 'float64') return Float64Array.from(values);
  const convert = to === 'float16' ? numberToFloat16 : numberToBfloat16;
  return Uint16Array.from(values, convert);
}

/** The values as numbers; 16-bit floats are decoded, all else is returned as it is. 64-bit integers are rounded to double. */
export function toNumbers(data: TensorData, dtype: DataType): Exclude<TensorData, BigInt64Array | BigUint64Array> {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  if (dtype === 'float16') return Float32Array.from(data, float16ToNumber);
  if (dtype === 'bfloat16') return Float32Array.from(data, bfloat16ToNumber);
  return data;
}

function convertInteger(data: TensorData, from: DataType, input: ModelInput, where: string): TensorData {
  const [least, greatest] = integerRange[input.dtype]!;
  const out = allocate(input.dtype, data.length);
  const wide = out instanceof BigInt64Array || out instanceof BigUint64Array;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value < least || value > greatest) {
      throw new CalibrtError(
        'ERR_DATA_DTYPE',
        `${where}: input ${input.name} takes ${input.dtype}, found ${from} value ${value}, which does not fit: ` +
          `is it the right array?`,
      );
    }
    if (wide) out[i] = BigInt(value);
    else out[i] = Number(value);
  }
  return out;
}

// Round to nearest even on the bits of the float32.
function numberToBfloat16(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
