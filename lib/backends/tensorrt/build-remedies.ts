import { CalibrtError } from '../../errors.js';

/** TensorRT-RTX on types that some of the GPUs do not compute in. */
const unfit = /Cannot compile for target\(s\) .+?, because the model contains HW-specific datatypes: (\w+)/;

/** The same error, with what to do where the builder's own message says no more than what is wrong. */
export function withRemedy(error: CalibrtError): CalibrtError {
  const { code, message, details } = error;
  const [, type] = unfit.exec([message, ...details].join('\n')) ?? [];
  if (type === undefined) return error;
  const remedy = type.startsWith('fp8')
    ? 'name targets that have FP8 (`targets: ["sm89", "sm120"]`; --target sm89,sm120)'
    : 'name targets that have this type (`targets`; --target)';
  return new CalibrtError(code, `${message}: ${remedy}`, { details });
}
