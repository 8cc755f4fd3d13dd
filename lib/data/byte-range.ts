import { open, type FileHandle } from 'node:fs/promises';
import { readFailure } from './files.js';

/** Bytes that can be read in any order: a file, a part of one, or memory. */
export interface ByteRange {
  readonly size: number;
  /** Up to `length` bytes from `position` on; fewer where the range ends before. */
  read(position: number, length: number): Promise<Buffer>;
}

/**
 * A file, or `size` of its bytes from `start` on. It is opened for each read, so that nothing is left to close.
 *
 * @throws CalibrtError `ERR_DATA_NOT_FOUND` or `ERR_DATA_FORMAT`, as every read does.
 */
export async function fileRange(path: string, start = 0, size?: number): Promise<ByteRange> {
  return {
    size: size ?? (await withFile(path, async (file) => (await file.stat()).size)) - start,
    read(position, length) {
      const end = size === undefined ? length : Math.min(length, size - position);
      return withFile(path, (file) => readFully(file, start + position, Math.max(0, end)));
    },
  };
}

/** Bytes in memory. */
export function memoryRange(bytes: Buffer): ByteRange {
  return {
    size: bytes.length,
    read: (position, length) => Promise.resolve(bytes.subarray(position, position + length)),
  };
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    return await use(file);
  } catch (cause) {
    throw readFailure(path, cause);
  } finally {
    await file?.close();
  }
}

async function readFully(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
