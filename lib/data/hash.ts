import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { readFailure } from './files.js';
import type { Tensor } from './tensor.js';

/** SHA-256 of a file's bytes (hex), read in pieces. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash, signal ? { signal } : {});
  } catch (cause) {
    throw readFailure(path, cause);
  }
  return hash.digest('hex');
}

/** SHA-256 of a tensor's type, shape and values (hex). */
export function hashTensor({ dtype, shape, data }: Tensor): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return createHash('sha256').update(`${dtype}[${shape.join()}]`).update(bytes).digest('hex');
}

/** SHA-256 of digests regardless of their order (hex): that of their sorted lines. */
export function hashUnordered(digests: readonly string[]): string {
  return createHash('sha256')
    .update([...digests].sort().join('\n'))
    .digest('hex');
}
