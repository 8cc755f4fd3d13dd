import { CalibrtError, type ErrorCode } from '../../errors.js';
import type { NativeFailure, NativeOutcome } from '../../native.js';

const codes: Partial<Record<NativeFailure['kind'], ErrorCode>> = {
  plan: 'ERR_PLAN_INVALID',
  input: 'ERR_USAGE',
  noGpu: 'ERR_NO_GPU',
  unsupported: 'ERR_BACKEND_UNSUPPORTED',
  execution: 'ERR_BACKEND_FAILED',
  cancelled: 'ERR_ABORTED',
};

/** The error for something that a loaded engine could not do. `what` names engine and library. */
export function runFailure(failure: NativeFailure, what: string): CalibrtError {
  const { details } = failure;
  // The first of the library's own messages says more than any sentence of ours; the rest is in `details`.
  const first = details[0] === undefined ? '' : `: ${oneLine(details[0])}`;
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : '';
  return new CalibrtError(codes[failure.kind] ?? 'ERR_NATIVE_FAILED', `${what}: ${failure.message}${first}${more}`, {
    details,
  });
}

/** The value of an outcome. */
export function valueOf<T>(outcome: NativeOutcome<T>, what: string): T {
  if (!outcome.ok) throw runFailure(outcome.failure, what);
  return outcome.value;
}

/** A message of a library on one line. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
