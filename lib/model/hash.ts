import { createHash, webcrypto } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CalibrtError } from '../errors.js';
import type { Initializer } from './initializer.js';
import { resolveExternal } from './external.js';

interface Hashable {
  readonly source: { readonly path: string; readonly folder: string; readonly bytes: Uint8Array };
  readonly initializers: ReadonlyMap<string, Initializer>;
}

/** See `Model.sha256`. */
export async function hashModel(model: Hashable): Promise<string> {
  const { path, folder, bytes } = model.source;
  // Before anything is awaited: the caller may go on and edit the model.
  const files = externalFiles(model.initializers.values());
  // WebCrypto digests on a thread of the pool.
  const own = Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
  if (files.length === 0) return own;
  const all = createHash('sha256').update(own);
  for (const file of files) all.update(`\n${file} ${await hashFile(resolveExternal(path, folder, file))}`);
  return all.digest('hex');
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
