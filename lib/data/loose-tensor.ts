import { CalibrtError } from '../errors.js';
import { bytesPerElement, elementCount, isDataType, isStorageOf, tensor, viewAs } from './dtype.js';
import { formatShape, isBatchAxis } from './shape.js';
import type { ModelInput } from './spec.js';
import type { DataType, Tensor, TensorData } from './tensor.js';

/**
 * What a library's user may pass as a tensor: ours, ONNX Runtime's (`type`, `dims`, `data`), or a bare typed array where all but the
 * input's batch axis is fixed.
 */
export type LooseTensor =
  Tensor | { readonly type: string; readonly dims: readonly number[]; readonly data: unknown } | TensorData;

/**
 * A tensor of our own over a copy of the values.
 *
 * @throws CalibrtError `ERR_DATA_DTYPE` for what is no typed array or does not fit its type, `ERR_DATA_SHAPE` where shape and length disagree.
 */
export function toTensor(value: LooseTensor, input: ModelInput, where: string): Tensor {
  const at = `${where}: input ${input.name}`;
  if (isTypedArray(value)) {
    const dtype = dtypeOf(value, input);
    if (dtype === undefined) throw noTensor(at);
    return tensor(dtype, inferShape(value.length, input, at), copyOf(value, dtype));
  }
  const loose = value as { dtype?: unknown; type?: unknown; shape?: unknown; dims?: unknown; data?: unknown } | null;
  const dtype = loose?.dtype ?? loose?.type;
  const shape = loose?.shape ?? loose?.dims;
  const data = loose?.data;
  if (typeof dtype !== 'string' || !isDataType(dtype) || !Array.isArray(shape) || !isTypedArray(data))
    throw noTensor(at);
  const copy = copyOf(data, dtype);
  if (!isStorageOf(dtype, copy)) {
    throw new CalibrtError('ERR_DATA_DTYPE', `${at} says ${dtype} but its data is a ${data.constructor.name}`);
  }
  const lengths = shape as number[];
  if (copy.length !== elementCount(lengths)) {
    throw new CalibrtError(
      'ERR_DATA_SHAPE',
      `${at} says ${formatShape(lengths)} but its data has ${copy.length} elements`,
    );
  }
  return tensor(dtype, lengths, copy);
}

/** The samples on axis 0 of a tensor; the tensor itself where the input has no batch axis or the tensor lacks it. */
export function splitRows(value: Tensor, input: ModelInput): Tensor[] {
  const count = value.shape[0];
  if (count === undefined || value.shape.length !== input.shape.length || !isBatchAxis(input.shape)) return [value];
  const length = value.data.length / Math.max(1, count);
  return Array.from({ length: count }, (_, row) =>
    tensor(value.dtype, [1, ...value.shape.slice(1)], value.data.slice(row * length, (row + 1) * length)),
  );
}

function isTypedArray(value: unknown): value is TensorData {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

const dtypesByStorage: Readonly<Record<string, DataType>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  // Node 24's; its bits are ours.
  Float16Array: 'float16',
  Int8Array: 'int8',
  Uint8Array: 'uint8',
  Buffer: 'uint8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Int32Array: 'int32',
  Uint32Array: 'uint32',
  BigInt64Array: 'int64',
  BigUint64Array: 'uint64',
};

/** The type of a bare array: the input's where the array is its storage (so a Uint16Array may be float16's bits). */
function dtypeOf(data: TensorData, input: ModelInput): DataType | undefined {
  const own = dtypesByStorage[data.constructor.name];
  return own !== undefined && isStorageOf(input.dtype, data) ? input.dtype : own;
}

// A copy: the user may fill the same array again, or have put it into shared memory, which ONNX Runtime refuses.
function copyOf(data: TensorData, dtype: DataType): TensorData {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const own = new Uint8Array(bytes.length);
  own.set(bytes);
  const sameWidth = data.BYTES_PER_ELEMENT === bytesPerElement(dtype);
  return sameWidth && (isStorageOf(dtype, data) || data.constructor.name === 'Float16Array')
    ? viewAs(dtype, own.buffer)
    : data;
}

function inferShape(length: number, { shape }: ModelInput, at: string): readonly number[] {
  const rest = isBatchAxis(shape) ? shape.slice(1) : shape;
  const fixed = rest.filter((size) => typeof size === 'number');
  const one = elementCount(fixed);
  if (fixed.length !== rest.length) {
    throw new CalibrtError(
      'ERR_DATA_SHAPE',
      `${at} takes ${formatShape(shape)}, so a bare array does not tell its shape: pass { dtype, shape, data }`,
    );
  }
  if (rest === shape && length === one) return fixed;
  const rows = length / one;
  if (rest !== shape && Number.isInteger(rows) && rows > 0) return [rows, ...fixed];
  throw new CalibrtError('ERR_DATA_SHAPE', `${at} takes ${formatShape(shape)}, found an array of ${length} elements`);
}

function noTensor(at: string): CalibrtError {
  return new CalibrtError('ERR_DATA_DTYPE', `${at} is no tensor: pass a typed array or { dtype, shape, data }`);
}
