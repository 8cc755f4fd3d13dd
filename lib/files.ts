import { randomBytes } from 'node:crypto';
import { access, constants, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CalibrtError } from './errors.js';

/** Bytes or text, whole or in pieces that are written one after the other. */
export type FileContent = string | Uint8Array | Iterable<Uint8Array>;

/** Options of {@link writeFileAtomic}. */
export interface WriteOptions {
  /** Wait until the bytes are on the disk, so that not even a power cut leaves half a file. Default true; scratch files need no such care. */
  readonly flush?: boolean;
}

/**
 * Writes a file whole or not at all: to a temporary name in the same folder, flushed, then renamed over `path`.
 *
 * @throws CalibrtError `ERR_OUTPUT` where the folder does not exist, is not writable, or the disk is full.
 */
export async function writeFileAtomic(
  path: string,
  content: FileContent,
  { flush = true }: WriteOptions = {},
): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : joinSmall(content);
      for (const piece of pieces) await file.writeFile(piece);
      if (flush) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    // Of a name that is too long not even this can be asked.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw outputError(path, cause);
  }
}

/** A write crosses to another thread and back, which for a model's thousands of fields takes longer than its weights. */
const WORTH_A_WRITE = 1 << 16;

function* joinSmall(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  let length = 0;
  for (const piece of pieces) {
    if (length + piece.length > WORTH_A_WRITE && length > 0) {
      yield Buffer.concat(small);
      small = [];
      length = 0;
    }
    if (piece.length > WORTH_A_WRITE) yield piece;
    else {
      small.push(piece);
      length += piece.length;
    }
  }
  if (length > 0) yield Buffer.concat(small);
}

/**
 * Checks that a file could be written at `path`, before any long work starts.
 *
 * @param model - A file that is read, which the output must not replace.
 * @throws CalibrtError `ERR_USAGE` where the two are the same; `ERR_OUTPUT` where the folder does not exist or is not
 *   writable, or `path` is no regular file.
 */
export async function checkOutputPath(path: string, model?: string): Promise<void> {
  if (model !== undefined && (await identity(path)) === (await identity(model))) {
    throw new CalibrtError('ERR_USAGE', `the output ${path} is the model itself: choose another name`);
  }
  try {
    await access(`${dirname(path)}/.`, constants.W_OK);
    const existing = await stat(path).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw cause;
    });
    if (existing?.isFile() === false) {
      throw new CalibrtError('ERR_OUTPUT', `cannot write ${path}: it is a folder or a special file: name a file`);
    }
  } catch (cause) {
    throw cause instanceof CalibrtError ? cause : outputError(path, cause);
  }
}

/**
 * Checks files that are to be written, as {@link checkOutputPath} does: none may be a file that is read, or another of them.
 *
 * @param inputs - What is read: the model first, then tables and the like.
 * @throws CalibrtError As {@link checkOutputPath}.
 */
export async function checkOutputPaths(
  outputs: readonly (string | undefined)[],
  [model, ...inputs]: readonly (string | undefined)[],
): Promise<void> {
  await checkNotRead(
    outputs,
    inputs.filter((input) => input !== undefined),
  );
  const taken = new Set<string>();
  for (const path of outputs) {
    if (path === undefined) continue;
    await checkOutputPath(path, model);
    const file = await identity(path);
    if (taken.has(file)) {
      throw new CalibrtError('ERR_USAGE', `the output ${path} is another output too: choose another name`);
    }
    taken.add(file);
  }
}

/**
 * Refuses to write over what is read. {@link checkOutputPaths} does it for the inputs that are known before any work.
 *
 * @throws CalibrtError `ERR_USAGE` where an output is one of the files.
 */
export async function checkNotRead(outputs: readonly (string | undefined)[], read: Iterable<string>): Promise<void> {
  const written = new Map<string, string>();
  for (const path of outputs) if (path !== undefined) written.set(await identity(path), path);
  if (written.size === 0) return;
  for (const file of read) {
    const output = written.get(await identity(file));
    if (output === undefined) continue;
    throw new CalibrtError('ERR_USAGE', `the output ${output} is read too: choose another name`);
  }
}

/** What two paths of one file have in common, whichever links they go through. */
async function identity(path: string): Promise<string> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    const folder = await realpath(dirname(path)).catch(() => resolve(dirname(path)));
    return join(folder, basename(path));
  }
}

function outputError(path: string, cause: unknown): CalibrtError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const reason =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? `the folder ${dirname(path)} does not exist: create it first`
      : code === 'ENOSPC'
        ? 'the disk is full: free some space'
        : code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
          ? `${dirname(path)} is not writable: choose another folder`
          : code === 'EISDIR'
            ? 'it is a folder: name a file'
            : cause instanceof Error
              ? cause.message
              : String(cause);
  return new CalibrtError('ERR_OUTPUT', `cannot write ${path}: ${reason}`, { cause });
}
