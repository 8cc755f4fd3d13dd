/**
 * Element types that cross calibrt's boundaries, in ONNX's lower-case names. `float16` and `bfloat16` travel as their bits in
 * a `Uint16Array` on every Node version; `bool` is one byte, 0 or 1.
 */
export type DataType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool';

/** The storage of a {@link Tensor}, by dtype; see {@link DataType}. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Uint16Array
  | Int16Array
  | Int8Array
  | Uint8Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A dense row-major tensor. `data.length` is the product of `shape` (1 for a scalar, whose shape is `[]`). */
export interface Tensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** One tensor per network input, by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;
