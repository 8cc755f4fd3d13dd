import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { CalibrtError } from '../errors.js';

/** Where a tensor's values lie, outside the model file. */
export interface ExternalLocation {
  /** The file, relative to the model's folder, as the model writes it. */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * The path of an external data file. Only paths below the model's folder are taken, by name: a model from a stranger must not
 * read other files. A symbolic link inside the folder is followed, as model hubs lay out their caches with them.
 *
 * @throws CalibrtError `ERR_MODEL_INVALID` for an absolute path or one that leaves the folder.
 */
export function resolveExternal(modelPath: string, folder: string, location: string): string {
  const relative = normalize(location);
  if (location === '' || isAbsolute(relative) || relative === '..' || relative.startsWith(`..${sep}`)) {
    throw new CalibrtError(
      'ERR_MODEL_INVALID',
      `${modelPath}: external data "${location}" lies outside the model's folder; ` +
        `expected a file in ${folder} or below: move the file there and correct the model`,
    );
  }
  return join(folder, relative);
}

/**
 * Checks that every external file is there and long enough for what the model reads from it.
 *
 * @throws CalibrtError `ERR_MODEL_INVALID` naming the file and the tensor.
 */
export async function checkExternal(
  modelPath: string,
  folder: string,
  tensors: Iterable<{ readonly name: string; readonly external?: ExternalLocation | undefined }>,
): Promise<void> {
  const sizes = new Map<string, number>();
  for (const { name, external } of tensors) {
    if (external === undefined) continue;
    const path = resolveExternal(modelPath, folder, external.file);
    const size = sizes.get(path) ?? (await sizeOf(modelPath, path, name));
    sizes.set(path, size);
    if (external.offset + external.length > size) {
      throw new CalibrtError(
        'ERR_MODEL_INVALID',
        `${modelPath}: external data file ${path} holds ${size} bytes, but tensor "${name}" needs ` +
          `${external.offset + external.length}: the file is truncated or belongs to another model`,
      );
    }
  }
}

async function sizeOf(modelPath: string, path: string, tensor: string): Promise<number> {
  try {
    const info = await stat(path);
    if (info.isFile()) return info.size;
  } catch (cause) {
    throw missing(modelPath, path, tensor, cause);
  }
  throw missing(modelPath, path, tensor, new Error('not a regular file'));
}

function missing(modelPath: string, path: string, tensor: string, cause: unknown): CalibrtError {
  return new CalibrtError(
    'ERR_MODEL_INVALID',
    `${modelPath}: external data file ${path} (tensor "${tensor}") cannot be read: put it beside the model`,
    { cause },
  );
}

/** Reads one tensor's bytes by position, into memory of its own. */
export async function readExternal(path: string, offset: number, length: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.from(new ArrayBuffer(length));
      for (let done = 0; done < length;) {
        const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw new Error(`ends ${length - done} bytes too early`);
        done += bytesRead;
      }
      return bytes;
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new CalibrtError('ERR_MODEL_INVALID', `external data file ${path} cannot be read: is it still there?`, {
      cause,
    });
  }
}

const chunkBytes = 1 << 20;

/** A file's bytes from `offset`, in pieces that a writer can take one after the other. */
export function* externalChunks(path: string, offset: number, length: number): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    if (statSync(path).size < offset + length) {
      throw new CalibrtError('ERR_MODEL_INVALID', `external data file ${path} became shorter while it was copied`);
    }
    for (let done = 0; done < length;) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, length - done));
      const read = readSync(file, chunk, 0, chunk.length, offset + done);
      done += read;
      yield chunk.subarray(0, read);
    }
  } finally {
    closeSync(file);
  }
}
