import { CalibrtError } from '../../errors.js';
import type { NativeFailure } from '../../native.js';
import { noGpuRemedy } from './remedies.js';

/** The error for a build that failed. `what` names the library, `model` the model. */
export function buildFailure(failure: NativeFailure, what: string, model: string): CalibrtError {
  const { details } = failure;
  // The first of the library's own messages says more than any sentence of ours; the rest is in `details`.
  const first = details[0] === undefined ? '' : `: ${oneLine(details[0])}`;
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : '';
  switch (failure.kind) {
    case 'model':
      return new CalibrtError('ERR_MODEL_INVALID', `${model} is no ONNX model${first}`, { details });
    case 'parse':
      return new CalibrtError('ERR_BUILD', `the ONNX parser of ${what} refuses ${model}${first}${more}`, { details });
    case 'profile':
      return new CalibrtError(
        'ERR_USAGE',
        `${model}: ${failure.message} (\`profiles\`; --min-shapes, --opt-shapes, --max-shapes NAME:DIMS)`,
        { details },
      );
    case 'noGpu':
      return new CalibrtError('ERR_NO_GPU', `${failure.message}; ${noGpuRemedy}`, { details });
    case 'unsupported':
      return new CalibrtError('ERR_BACKEND_UNSUPPORTED', failure.message + first, { details });
    case 'refused':
      return new CalibrtError('ERR_BUILD', `${what} builds no plan of ${model}: ${failure.message}${first}${more}`, {
        details,
      });
    case 'calibration':
      return new CalibrtError('ERR_TABLE_MISMATCH', `${what}: ${failure.message}: give samples (--data)`, { details });
    case 'library':
      return new CalibrtError('ERR_BACKEND_FAILED', failure.message + first, { details });
    case 'input':
      return new CalibrtError('ERR_USAGE', `${model}: ${failure.message}`, { details });
    case 'cancelled':
      return new CalibrtError('ERR_ABORTED', 'aborted');
    default:
      return new CalibrtError('ERR_NATIVE_FAILED', `${what}: ${failure.message}${first}`, { details });
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
