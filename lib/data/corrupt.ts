import { CalibrtError } from '../errors.js';

/** A sample that a run may do without: what file, and what is wrong with it. */
export interface CorruptSample {
  readonly path: string;
  /** What is wrong, to be read after the file's name: `not a readable image (VipsJpeg: premature end of JPEG image)`. */
  readonly reason: string;
}

const corrupt = new WeakMap<Error, CorruptSample>();

/** The error for a sample that a run may do without: an image that does not decode. */
export function corruptSample(path: string, reason: string, cause: unknown): CalibrtError {
  // Libraries that quote others end in a colon where these say nothing.
  const detail = reason.replace(/[\s:]+$/, '');
  const what = detail === '' ? 'not a readable image' : `not a readable image (${detail})`;
  const error = new CalibrtError('ERR_DATA_FORMAT', `${path} is ${what}`, { cause });
  corrupt.set(error, { path, reason: what });
  return error;
}

/** What {@link corruptSample} was told; `undefined` for any other error. */
export function asCorruptSample(error: unknown): CorruptSample | undefined {
  return error instanceof Error ? corrupt.get(error) : undefined;
}
