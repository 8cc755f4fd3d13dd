import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { throwIfAborted } from '../errors.js';
import { readFailure } from './files.js';
import type { Tensor } from './tensor.js';

const PIECE_BYTES = 1 << 18;

/** SHA-256 of a file's bytes (hex), read in pieces. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    // A stream for each of many small files takes the event loop more time than their hashing.
    const file = await open(path);
    try {
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      for (;;) {
        throwIfAborted(signal);
        const { bytesRead } = await file.read(piece, 0, piece.length);
        if (bytesRead === 0) break;
        hash.update(piece.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
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

/** SHA-256 (hex) of the digests of a sample's parts, by the name of each; of a single part it is that part's digest. */
export function hashParts(parts: readonly (readonly [string, string])[]): string {
  if (parts.length === 1) return parts[0]![1];
  const lines = parts.map(([name, digest]) => `${name} ${digest}\n`);
  return createHash('sha256').update(lines.sort().join('')).digest('hex');
}

const MODULUS = 2n ** 256n;

/**
 * A hash of a set of samples from their SHA-256 digests (hex): the sum modulo 2^256. It does not depend on the order, and the hash of
 * two sets together is {@link addHashes} of theirs, so tables of parts merge into the table of the whole.
 */
export function hashSamples(digests: Iterable<string>): string {
  return [...digests].reduce(addHashes, ''.padStart(64, '0'));
}

/** The hash of two sets of samples together. */
export function addHashes(a: string, b: string): string {
  return ((BigInt(`0x${a}`) + BigInt(`0x${b}`)) % MODULUS).toString(16).padStart(64, '0');
}
