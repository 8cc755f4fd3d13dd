import { readFile } from 'node:fs/promises';
import { CalibrtError } from '../errors.js';

/**
 * All bytes of a file.
 *
 * @param option - The option that names it, for the message.
 * @throws CalibrtError `ERR_DATA_NOT_FOUND` or `ERR_DATA_FORMAT`, by what the system says.
 */
export async function readSampleFile(path: string, signal?: AbortSignal, option = '--data'): Promise<Buffer> {
  try {
    return await readFile(path, signal ? { signal } : {});
  } catch (cause) {
    throw readFailure(path, cause, option);
  }
}

/** The error for a path that the system does not let us read. */
export function readFailure(path: string, cause: unknown, option = '--data'): CalibrtError {
  if (cause instanceof CalibrtError) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  switch (code) {
    case 'ABORT_ERR':
      return new CalibrtError('ERR_ABORTED', 'aborted', { cause });
    case 'ENOENT':
    case 'ENOTDIR':
      return new CalibrtError('ERR_DATA_NOT_FOUND', `${path} does not exist: check ${option}`, { cause });
    case 'EACCES':
    case 'EPERM':
      return new CalibrtError('ERR_DATA_NOT_FOUND', `${path} may not be read: check its permissions`, { cause });
    case 'EISDIR':
      return new CalibrtError('ERR_DATA_FORMAT', `${path} is a folder where a file was expected`, { cause });
    default: {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return new CalibrtError('ERR_DATA_FORMAT', `${path} cannot be read: ${reason}`, { cause });
    }
  }
}
