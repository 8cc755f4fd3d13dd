/** One step of a long operation. */
export interface Progress {
  /** The stage: `open`, `calibrate`, `compare`, `verify`, `time`, `build`, or TensorRT's own name of a phase; more may come. */
  readonly phase: string;
  /** Units done so far (samples, layers). */
  readonly done: number;
  /** Units in all, when known. */
  readonly total?: number;
  /** What is being done, for a person. */
  readonly detail?: string;
}

/** Options that every long operation takes. */
export interface OperationOptions {
  /** Stops the operation; it then rejects with `ERR_ABORTED` and leaves nothing half-written. */
  readonly signal?: AbortSignal;
  /** Called on the JS thread, at most some tens of times a second. What it throws fails the operation. */
  readonly onProgress?: (progress: Progress) => void;
  /** Receives what is worth telling but does not fail the operation. */
  readonly onWarning?: (message: string) => void;
}
