import { CalibrtError } from '../errors.js';

const corrupt = new WeakSet<Error>();

/** The error for a sample that a run may do without: an image that does not decode. */
export function corruptSample(path: string, reason: string, cause: unknown): CalibrtError {
  const error = new CalibrtError('ERR_DATA_FORMAT', `${path} is not a readable image: ${reason}`, { cause });
  corrupt.add(error);
  return error;
}

/** Whether an error came from {@link corruptSample}. */
export function isCorruptSample(error: unknown): error is CalibrtError {
  return error instanceof CalibrtError && corrupt.has(error);
}
