import { CalibrtError } from '../../errors.js';
import type { NpzFile } from '../npz.js';
import type { ModelInput } from '../spec.js';

/**
 * Which array of an archive feeds an input: the one of its name; else, where one input is fed, the only one there is, whatever its
 * name (`arr_0` is numpy's own). Arrays of other names beside it are left alone: archives often hold labels.
 *
 * @throws CalibrtError `ERR_DATA_FORMAT` naming the arrays that there are.
 */
export function keyOfInput(archive: NpzFile, input: ModelInput, inputs: readonly ModelInput[], path: string): string {
  const { keys } = archive;
  if (keys.includes(input.name)) return input.name;
  if (inputs.length === 1 && keys.length === 1) return keys[0]!;
  throw new CalibrtError(
    'ERR_DATA_FORMAT',
    `${path} has no array named ${input.name}, as the input is: it has ${keys.join(', ') || 'none'}. Save it with ` +
      `numpy.savez(path, **{${inputs.map(({ name }) => `'${name}': …`).join(', ')}})`,
  );
}
