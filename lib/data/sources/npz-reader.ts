import { adaptToInput } from '../adapt.js';
import { NpzFile } from '../npz.js';
import type { ModelInput } from '../spec.js';
import type { Tensor } from '../tensor.js';
import { keyOfInput } from './npz-keys.js';
import type { SampleFileReader } from './source.js';

/** Reads `.npz` archives of one sample each, whose arrays are named like the inputs. */
export function npzReader(inputs: readonly ModelInput[]): SampleFileReader {
  return {
    kind: 'npz',
    inputs: inputs.map(({ name }) => name),
    async read(path) {
      const archive = await NpzFile.open(path);
      const tensors: Record<string, Tensor> = {};
      for (const input of inputs) {
        const key = keyOfInput(archive, input, inputs, path);
        tensors[input.name] = adaptToInput(await archive.read(key), input, `${path}[${key}]`);
      }
      return tensors;
    },
  };
}
