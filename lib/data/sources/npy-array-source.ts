import { basename } from 'node:path';
import { CalibrtError } from '../../errors.js';
import { adaptToInput } from '../adapt.js';
import { hashTensor } from '../hash.js';
import { NpyArrayFile } from '../npy/array-file.js';
import type { ModelInput } from '../spec.js';
import type { SampleSource } from './source.js';

/** One `.npy` file whose first axis counts samples. */
export async function npyArraySource(path: string, input: ModelInput): Promise<SampleSource> {
  const file = await NpyArrayFile.open(path);
  const [size] = file.shape;
  if (size === undefined) {
    throw new CalibrtError('ERR_DATA_SHAPE', `${path} holds a single number: its first axis must count the samples`);
  }
  if (size === 0) throw new CalibrtError('ERR_DATA_EMPTY', `${path} holds no samples: its first axis has length 0`);
  const names = Array.from({ length: size }, (_, index) => `${path}#${index}`);
  return {
    kind: `rows of ${basename(path)}`,
    inputs: [input.name],
    names,
    read: async (index) => ({ [input.name]: adaptToInput(await file.row(index), input, names[index]!) }),
    digest: async (index) => hashTensor(await file.row(index)),
  };
}
