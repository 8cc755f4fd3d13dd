import { bytesPerElement, elementCount, tensor, viewAs } from '../dtype.js';
import type { Tensor, TensorData } from '../tensor.js';
import { invalid, npyHeaderLength, parseNpyHeader, type NpyHeader } from './header.js';

/** An array read from a `.npy` file, row-major and in this machine's byte order. */
export function decodeNpy(bytes: Buffer, where: string): Tensor {
  const header = parseNpyHeader(bytes.subarray(0, npyHeaderLength(bytes.subarray(0, 12), where)), where);
  return decodeValues(bytes.subarray(header.dataOffset), header, header.shape, where);
}

/**
 * Values that follow a header: the whole array, or whole rows of it in C order. Bytes beyond them are ignored, as NumPy does.
 *
 * @throws CalibrtError `ERR_DATA_FORMAT` where there are too few.
 */
export function decodeValues(bytes: Buffer, header: NpyHeader, shape: readonly number[], where: string): Tensor {
  const { dtype, bigEndian, fortranOrder } = header;
  const size = elementCount(shape) * bytesPerElement(dtype);
  if (bytes.length < size) {
    throw invalid(where, `it is truncated: shape (${shape.join(', ')}) needs ${size} bytes, ${bytes.length} are there`);
  }
  // A copy of its own: a typed array must start at a multiple of its element size, and the bytes may be swapped.
  const own = new Uint8Array(size);
  own.set(bytes.subarray(0, size));
  if (bigEndian) swapBytes(own, bytesPerElement(dtype));
  const values = viewAs(dtype, own.buffer);
  return tensor(dtype, shape, fortranOrder && shape.length > 1 ? toRowMajor(values, shape) : values);
}

function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}

/** Reorders values of which the first axis varies fastest. */
function toRowMajor(values: TensorData, shape: readonly number[]): TensorData {
  const out = new (values.constructor as new (length: number) => TensorData)(values.length);
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    out[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
