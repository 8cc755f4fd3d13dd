/**
 * What went wrong, as a word that scripts can test. A code is never renamed once released.
 *
 * - `ERR_USAGE`: an option or argument is wrong; nothing was started.
 * - `ERR_MODEL_*`: the ONNX model cannot be read, is invalid, or holds what calibrt cannot treat.
 * - `ERR_DATA_*`: samples are missing, unreadable, of the wrong shape or type, or not finite.
 * - `ERR_TABLE_*`: a calibration table or cache is malformed, or belongs to something else.
 * - `ERR_CALIBRATION`: the statistics do not allow a range.
 * - `ERR_BACKEND_*`: an inference library is missing, too old, or failed.
 * - `ERR_NATIVE_*`: the native addon is missing or failed.
 * - `ERR_BUILD`: the engine builder refused; `details` holds its messages.
 * - `ERR_PLAN_INVALID`: a file is not an engine plan, or is truncated.
 * - `ERR_OUTPUT`: an output path cannot be written.
 * - `ERR_ABORTED`: the caller's `AbortSignal` fired.
 * - `ERR_CHILD`: the forked worker process died.
 * - `ERR_INTERNAL`: a bug of ours.
 */
export type ErrorCode =
  | 'ERR_USAGE'
  | 'ERR_MODEL_NOT_FOUND'
  | 'ERR_MODEL_INVALID'
  | 'ERR_MODEL_UNSUPPORTED'
  | 'ERR_DATA_NOT_FOUND'
  | 'ERR_DATA_EMPTY'
  | 'ERR_DATA_FORMAT'
  | 'ERR_DATA_SHAPE'
  | 'ERR_DATA_DTYPE'
  | 'ERR_DATA_NOT_FINITE'
  | 'ERR_TABLE_INVALID'
  | 'ERR_TABLE_MISMATCH'
  | 'ERR_CALIBRATION'
  | 'ERR_BACKEND_MISSING'
  | 'ERR_BACKEND_UNSUPPORTED'
  | 'ERR_BACKEND_FAILED'
  | 'ERR_NO_GPU'
  | 'ERR_NATIVE_MISSING'
  | 'ERR_NATIVE_FAILED'
  | 'ERR_BUILD'
  | 'ERR_PLAN_INVALID'
  | 'ERR_OUTPUT'
  | 'ERR_ABORTED'
  | 'ERR_CHILD'
  | 'ERR_INTERNAL';

/** What a {@link CalibrtError} carries beside its message. */
export interface CalibrtErrorOptions {
  /** The error underneath, kept for the cause chain. */
  readonly cause?: unknown;
  /** The library's own messages, oldest first: parser errors, the tail of TensorRT's log. */
  readonly details?: readonly string[];
}

/**
 * The only error class that calibrt throws. `message` names the file or option, says what was expected and what to
 * do; `code` is stable; `details` holds the underlying library's own lines.
 */
export class CalibrtError extends Error {
  override readonly name = 'CalibrtError';
  readonly code: ErrorCode;
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, options: CalibrtErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? [];
  }
}

/** A {@link CalibrtError} as plain data, for crossing a process boundary. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: readonly string[];
  readonly stack?: string;
  readonly cause?: string;
}

/** Flattens any thrown value for crossing a process boundary; what is no `CalibrtError` becomes `ERR_INTERNAL`. */
export function serializeError(error: unknown): SerializedError {
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  if (error instanceof CalibrtError) {
    const cause = error.cause === undefined ? {} : { cause: describeCause(error.cause) };
    return { code: error.code, message: error.message, details: error.details, ...stack, ...cause };
  }
  return { code: 'ERR_INTERNAL', message: describeCause(error), details: [], ...stack };
}

/** Rebuilds the error that {@link serializeError} flattened. */
export function deserializeError(data: SerializedError): CalibrtError {
  const cause = data.cause ?? (data.code === 'ERR_INTERNAL' ? data.stack : undefined);
  return new CalibrtError(data.code, data.message, { details: data.details, ...(cause ? { cause } : {}) });
}

/** The error to throw where `signal` has fired: the caller's own reason stays as `cause`. */
export function abortError(signal?: AbortSignal): CalibrtError {
  return new CalibrtError('ERR_ABORTED', 'aborted', { cause: signal?.reason });
}

/** Throws {@link abortError} if `signal` has fired. */
export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw abortError(signal);
}

function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
