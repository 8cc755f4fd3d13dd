import { open, type FileHandle } from 'node:fs/promises';
import { bytesPerElement, elementCount, tensor } from '../dtype.js';
import { readFailure } from '../files.js';
import type { Tensor } from '../tensor.js';
import { decodeValues } from './decode.js';
import { invalid, npyHeaderLength, parseNpyHeader, type NpyHeader } from './header.js';

/** A `.npy` file whose first axis counts samples: rows are read when asked for, so the whole array is never in memory. */
export class NpyArrayFile {
  readonly #path: string;
  readonly #header: NpyHeader;
  #fortran: Promise<Tensor> | undefined;

  private constructor(path: string, header: NpyHeader) {
    this.#path = path;
    this.#header = header;
  }

  /**
   * Reads the header and checks that the file is as long as it says.
   *
   * @throws CalibrtError `ERR_DATA_NOT_FOUND`, `ERR_DATA_FORMAT` or `ERR_DATA_DTYPE`.
   */
  static async open(path: string): Promise<NpyArrayFile> {
    return withFile(path, async (file) => {
      const prefix = await readAt(file, 0, 12);
      const header = parseNpyHeader(await readAt(file, 0, npyHeaderLength(prefix, path)), path);
      const { size } = await file.stat();
      const needed = header.dataOffset + elementCount(header.shape) * bytesPerElement(header.dtype);
      if (size < needed) throw invalid(path, `it is truncated: its header promises ${needed} bytes, it has ${size}`);
      return new NpyArrayFile(path, header);
    });
  }

  get shape(): readonly number[] {
    return this.#header.shape;
  }

  /** Row `index` of the first axis, without that axis. */
  async row(index: number): Promise<Tensor> {
    const shape = this.shape.slice(1);
    if (this.#header.fortranOrder && this.shape.length > 1) return sliceRow(await this.#wholeArray(), index);
    const length = elementCount(shape) * bytesPerElement(this.#header.dtype);
    return withFile(this.#path, async (file) => {
      const bytes = await readAt(file, this.#header.dataOffset + index * length, length);
      return decodeValues(bytes, { ...this.#header, fortranOrder: false }, shape, this.#path);
    });
  }

  // In Fortran order a row is scattered over the whole file: the one case that costs the array's size in memory.
  #wholeArray(): Promise<Tensor> {
    return (this.#fortran ??= withFile(this.#path, async (file) => {
      const length = elementCount(this.shape) * bytesPerElement(this.#header.dtype);
      return decodeValues(await readAt(file, this.#header.dataOffset, length), this.#header, this.shape, this.#path);
    }));
  }
}

/** Row `index` of the first axis, without that axis; a copy. */
export function sliceRow(array: Tensor, index: number): Tensor {
  const shape = array.shape.slice(1);
  const length = elementCount(shape);
  return tensor(array.dtype, shape, array.data.slice(index * length, (index + 1) * length));
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path).catch((cause: unknown) => {
    throw readFailure(path, cause);
  });
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
