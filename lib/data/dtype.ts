import type { DataType, Tensor, TensorData } from './tensor.js';

interface TensorDataConstructor {
  new (length: number): TensorData;
  new (buffer: ArrayBuffer, offset?: number, length?: number): TensorData;
  readonly BYTES_PER_ELEMENT: number;
}

const constructors: Readonly<Record<DataType, TensorDataConstructor>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

const floatTypes = new Set<DataType>(['float32', 'float64', 'float16', 'bfloat16']);

/** Whether values of this type may have fractions, NaN and infinities. */
export function isFloat(dtype: DataType): boolean {
  return floatTypes.has(dtype);
}

/** Bytes of one element. */
export function bytesPerElement(dtype: DataType): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

/** `length` zeros in the storage of `dtype`. */
export function allocate(dtype: DataType, length: number): TensorData {
  return new constructors[dtype](length);
}

/** A typed array over `buffer`, all of it unless told otherwise. `offset` is in bytes, a multiple of the element's; `length` in elements. */
export function viewAs(dtype: DataType, buffer: ArrayBuffer, offset?: number, length?: number): TensorData {
  return new constructors[dtype](buffer, offset, length);
}

/** Whether `data` is the kind of array that `dtype` is stored in. */
export function isStorageOf(dtype: DataType, data: TensorData): boolean {
  return data instanceof constructors[dtype];
}

/** The product of a shape; 1 for a scalar's `[]`. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** A tensor of this type and shape over `data`. */
export function tensor(dtype: DataType, shape: readonly number[], data: TensorData): Tensor {
  return { dtype, shape, data };
}

/** Whether a type's name is one that samples can have. */
export function isDataType(name: string): name is DataType {
  return Object.hasOwn(constructors, name);
}
