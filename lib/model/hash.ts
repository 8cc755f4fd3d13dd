import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { breathe } from '../breathe.js';
import { CalibrtError } from '../errors.js';
import { resolveExternal } from './external.js';
import type { Initializer } from './initializer.js';

interface Hashable {
  readonly source: { readonly path: string; readonly folder: string; readonly bytes: Uint8Array };
  readonly initializers: ReadonlyMap<string, Initializer>;
}

/** See `Model.sha256`. */
export async function hashModel(model: Hashable): Promise<string> {
  const { path, folder, bytes } = model.source;
  // Before anything is awaited: the caller may go on and edit the model.
  const files = externalFiles(model.initializers.values());
  const own = await hashBytes(bytes);
  if (files.length === 0) return own;
  const all = createHash('sha256').update(own);
  for (const file of files) all.update(`\n${file} ${await hashFile(resolveExternal(path, folder, file))}`);
  return all.digest('hex');
}

/** Hashed in less than a millisecond: the event loop may turn between two. */
const CHUNK_BYTES = 1 << 20;

// WebCrypto digests on another thread, but copies everything first, on this one: that takes as long as hashing, and the memory again.
async function hashBytes(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    hash.update(bytes.subarray(at, at + CHUNK_BYTES));
    await breathe();
  }
  return hash.digest('hex');
}

/** The external files that tensors refer to, each once, sorted. */
export function externalFiles(tensors: Iterable<Initializer>): string[] {
  const files = new Set<string>();
  for (const { external } of tensors) if (external) files.add(external.file);
  return [...files].sort();
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  } catch (cause) {
    throw new CalibrtError('ERR_MODEL_INVALID', `external data file ${path} cannot be read: is it still there?`, {
      cause,
    });
  }
  return hash.digest('hex');
}
