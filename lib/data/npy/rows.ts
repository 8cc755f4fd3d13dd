import type { ByteRange } from '../byte-range.js';
import { bytesPerElement, elementCount, tensor } from '../dtype.js';
import type { Tensor } from '../tensor.js';
import { decodeValues } from './decode.js';
import { invalid, npyHeaderLength, parseNpyHeader, type NpyHeader } from './header.js';

/** A `.npy` array whose first axis counts samples: rows are read when asked for, so the whole array is never in memory. */
export class NpyRows {
  readonly #bytes: ByteRange;
  readonly #header: NpyHeader;
  readonly #where: string;
  #whole: Promise<Tensor> | undefined;

  private constructor(bytes: ByteRange, header: NpyHeader, where: string) {
    this.#bytes = bytes;
    this.#header = header;
    this.#where = where;
  }

  /**
   * Reads the header and checks that there are as many bytes as it says.
   *
   * @param where - The file, for messages.
   * @throws CalibrtError `ERR_DATA_NOT_FOUND`, `ERR_DATA_FORMAT` or `ERR_DATA_DTYPE`.
   */
  static async open(bytes: ByteRange, where: string): Promise<NpyRows> {
    const length = npyHeaderLength(await bytes.read(0, 12), where);
    const header = parseNpyHeader(await bytes.read(0, length), where);
    const needed = header.dataOffset + elementCount(header.shape) * bytesPerElement(header.dtype);
    if (bytes.size >= needed) return new NpyRows(bytes, header, where);
    throw invalid(where, `it is truncated: its header promises ${needed} bytes, it has ${bytes.size}`);
  }

  get shape(): readonly number[] {
    return this.#header.shape;
  }

  /** Row `index` of the first axis, without that axis. */
  async row(index: number): Promise<Tensor> {
    const shape = this.shape.slice(1);
    if (this.#header.fortranOrder && shape.length > 0) return sliceRow(await this.#readWhole(), index);
    const length = elementCount(shape) * bytesPerElement(this.#header.dtype);
    const bytes = await this.#bytes.read(this.#header.dataOffset + index * length, length);
    return decodeValues(bytes, { ...this.#header, fortranOrder: false }, shape, this.#where);
  }

  // In Fortran order a row is scattered over the whole array: the one case that costs the array's size in memory.
  #readWhole(): Promise<Tensor> {
    const length = elementCount(this.shape) * bytesPerElement(this.#header.dtype);
    return (this.#whole ??= this.#bytes
      .read(this.#header.dataOffset, length)
      .then((bytes) => decodeValues(bytes, this.#header, this.shape, this.#where)));
  }
}

function sliceRow(array: Tensor, index: number): Tensor {
  const shape = array.shape.slice(1);
  const length = elementCount(shape);
  return tensor(array.dtype, shape, array.data.slice(index * length, (index + 1) * length));
}
