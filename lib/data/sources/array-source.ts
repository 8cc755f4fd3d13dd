import { CalibrtError } from '../../errors.js';
import { adaptToInput } from '../adapt.js';
import { fileRange } from '../byte-range.js';
import { hashParts, hashTensor } from '../hash.js';
import { NpyRows } from '../npy/rows.js';
import { NpzFile } from '../npz.js';
import type { ModelInput } from '../spec.js';
import type { Tensor } from '../tensor.js';
import { keyOfInput } from './npz-keys.js';
import type { SampleSource } from './source.js';

/** One `.npy` file whose first axis counts samples. */
export async function npyArraySource(path: string, input: ModelInput): Promise<SampleSource> {
  return rowsSource(path, [{ input, rows: await NpyRows.open(await fileRange(path), path) }]);
}

/** One `.npz` archive with an array for each input, whose first axis counts samples. */
export async function npzArraySource(path: string, inputs: readonly ModelInput[]): Promise<SampleSource> {
  const archive = await NpzFile.open(path);
  const arrays = inputs.map(async (input) => {
    return { input, rows: await archive.rows(keyOfInput(archive, input, inputs, path)) };
  });
  return rowsSource(path, await Promise.all(arrays));
}

interface InputRows {
  readonly input: ModelInput;
  readonly rows: NpyRows;
}

function rowsSource(path: string, arrays: readonly InputRows[]): SampleSource {
  const size = countSamples(path, arrays);
  const names = Array.from({ length: size }, (_, index) => `${path}#${index}`);
  return {
    kind: path.toLowerCase().endsWith('.npz') ? 'npz array' : 'npy array',
    inputs: arrays.map(({ input }) => input.name),
    names,
    async read(index) {
      const tensors: Record<string, Tensor> = {};
      for (const { input, rows } of arrays) {
        tensors[input.name] = adaptToInput(await rows.row(index), input, names[index]!);
      }
      return tensors;
    },
    async digest(index) {
      const parts = arrays.map(async ({ input, rows }) => [input.name, hashTensor(await rows.row(index))] as const);
      return hashParts(await Promise.all(parts));
    },
  };
}

function countSamples(path: string, arrays: readonly InputRows[]): number {
  const sizes = arrays.map(({ rows }) => rows.shape[0]);
  const [size] = sizes;
  if (size === undefined || sizes.includes(undefined)) {
    throw new CalibrtError('ERR_DATA_SHAPE', `${path} holds a single number: its first axis must count the samples`);
  }
  if (sizes.some((other) => other !== size)) {
    const counts = arrays.map(({ input }, index) => `${sizes[index]} for ${input.name}`).join(', ');
    throw new CalibrtError('ERR_DATA_SHAPE', `${path}: the arrays have different numbers of samples: ${counts}`);
  }
  if (size === 0) throw new CalibrtError('ERR_DATA_EMPTY', `${path} holds no samples: its first axis has length 0`);
  return size;
}
