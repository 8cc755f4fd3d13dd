import { adaptToInput } from '../adapt.js';
import { readSampleFile } from '../files.js';
import { decodeNpy } from '../npy/decode.js';
import type { ModelInput } from '../spec.js';
import type { SampleFileReader } from './source.js';

/** Reads `.npy` files of one sample each, with or without the batch axis. */
export function npyReader(input: ModelInput): SampleFileReader {
  return {
    kind: 'npy',
    inputs: [input.name],
    async read(path, signal) {
      return { [input.name]: adaptToInput(decodeNpy(await readSampleFile(path, signal), path), input, path) };
    },
  };
}
