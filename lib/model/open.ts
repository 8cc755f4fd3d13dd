import { open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { breathe } from '../breathe.js';
import { abortError, CalibrtError, throwIfAborted } from '../errors.js';
import { checkNotRead } from '../files.js';
import { checkExternal, resolveExternal } from './external.js';
import { externalFiles } from './hash.js';
import { Model } from './model.js';
import { guessFormat } from './sniff.js';
import { validateGraph } from './validate.js';

/** Options of {@link openModel}. */
export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  /** Files that will be written: refused where the model keeps its data in one of them. */
  readonly writes?: readonly (string | undefined)[];
}

/** The oldest file format that is read: the first with operator sets. */
const oldestIr = 3;
/** Protobuf's own limit for one message, and Node's for one read. */
const largestFile = 2 ** 31 - 1;

/**
 * Opens an ONNX model. The file is read whole; external data is checked to be there but read only when asked for.
 *
 * @throws CalibrtError `ERR_MODEL_NOT_FOUND`; `ERR_MODEL_INVALID` where it is no ONNX model or is damaged, naming what was
 * found instead; `ERR_MODEL_UNSUPPORTED` for a file format older than IR 3; `ERR_USAGE` where an output would replace external data.
 */
export async function openModel(path: string, options: OpenOptions = {}): Promise<Model> {
  throwIfAborted(options.signal);
  const bytes = await readModelFile(path, options.signal);
  await breathe();
  const model = parseModel(path, bytes);
  await breathe();
  const { folder } = model.source;
  await checkExternal(path, folder, model.initializers.values());
  const files = externalFiles(model.initializers.values());
  await checkNotRead(
    options.writes ?? [],
    files.map((file) => resolveExternal(path, folder, file)),
  );
  throwIfAborted(options.signal);
  return model;
}

/**
 * Reads a model from bytes; `path` stands for it in messages and is where its external data is looked for.
 *
 * @throws CalibrtError as {@link openModel} does.
 */
export function parseModel(path: string, bytes: Uint8Array): Model {
  let model: Model;
  try {
    model = Model.parse({ path, folder: dirname(path), bytes });
    validateGraph(model.graph);
  } catch (cause) {
    if (cause instanceof CalibrtError) throw cause;
    throw invalid(path, guessFormat(bytes) ?? describe(cause), cause);
  }
  if (model.irVersion < oldestIr) {
    throw new CalibrtError(
      'ERR_MODEL_UNSUPPORTED',
      `${path} is of ONNX IR version ${model.irVersion}; ${oldestIr} or newer is needed: export the model again`,
    );
  }
  return model;
}

async function readModelFile(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  const info = await stat(path).catch((cause: unknown) => {
    const missing = ['ENOENT', 'ENOTDIR'].includes(String((cause as NodeJS.ErrnoException).code));
    throw missing
      ? new CalibrtError('ERR_MODEL_NOT_FOUND', `${path} does not exist: expected an ONNX model file`, { cause })
      : unreadable(path, cause);
  });
  if (info.isDirectory()) throw invalid(path, 'it is a folder');
  if (!info.isFile()) throw invalid(path, 'it is not a regular file');
  if (info.size === 0) throw invalid(path, 'the file is empty');
  if (info.size > largestFile) {
    const magic = await firstBytes(path);
    throw invalid(
      path,
      guessFormat(magic) ?? 'it is larger than 2 GB; such models keep their weights in external data files',
    );
  }
  try {
    return await readFile(path, { ...(signal ? { signal } : {}) });
  } catch (cause) {
    if (signal?.aborted) throw abortError(signal);
    throw unreadable(path, cause);
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function invalid(path: string, what: string, cause?: unknown): CalibrtError {
  return new CalibrtError(
    'ERR_MODEL_INVALID',
    `${path} is not a valid ONNX model: ${what}. Expected a complete .onnx file, as exporters write it.`,
    cause === undefined ? {} : { cause },
  );
}

function unreadable(path: string, cause: unknown): CalibrtError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  return new CalibrtError('ERR_MODEL_INVALID', `${path} cannot be read (${code}): check its permissions`, { cause });
}

// Our own findings are plain errors with a sentence; anything else is protobuf's and says nothing to a user.
function describe(cause: unknown): string {
  const plain =
    cause instanceof Error && cause.constructor === Error && !/wire type|index out of range/.test(cause.message);
  return plain ? cause.message : 'its bytes are no protobuf message, or end too early (a partial download?)';
}
