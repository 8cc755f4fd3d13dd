import { CalibrtError } from '../errors.js';
import { isDataType } from './dtype.js';
import type { ModelInput } from './spec.js';

/** An input as a model states it; more than samples can feed. */
export interface StatedInput {
  readonly name: string;
  readonly dtype: string | undefined;
  readonly shape: readonly (number | string | null)[] | undefined;
}

/**
 * A network's inputs as plain data, which can be sent to another process.
 *
 * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` for an input that no sample can feed: strings, sequences, unknown types or ranks.
 */
export function modelInputs(inputs: readonly StatedInput[]): ModelInput[] {
  return inputs.map(({ name, dtype, shape }) => {
    if (dtype !== undefined && isDataType(dtype) && shape !== undefined) return { name, dtype, shape: [...shape] };
    const what = shape === undefined ? 'no shape, not even a rank' : `type ${dtype ?? 'unknown'}`;
    throw new CalibrtError(
      'ERR_MODEL_UNSUPPORTED',
      `input ${name} has ${what}: samples feed tensors of numbers of a known rank only; declare it in the model, or cut the ` +
        `model behind it`,
    );
  });
}
