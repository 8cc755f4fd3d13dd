import { readSampleFile } from '../files.js';
import type { SampleFileReader } from '../sources/source.js';
import type { ModelInput, PreprocessSpec } from '../spec.js';
import { decodeImage } from './decode.js';
import { fitImage } from './fit.js';
import { resolvePreprocess } from './preprocess.js';
import { channelTables, imageToTensor } from './to-tensor.js';

/** Suffixes of the pictures that can be read, in lower case. */
export const imageSuffixes: readonly string[] = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.gif', '.avif'];

/** Reads pictures into tensors for `input`. */
export function imageReader(spec: PreprocessSpec, input: ModelInput): SampleFileReader {
  const preprocess = resolvePreprocess(spec, input);
  const tables = channelTables(preprocess, input.name);
  return {
    kind: 'images',
    inputs: [input.name],
    preprocess,
    async read(path, signal) {
      const { size, fit, padValue } = preprocess;
      const image = await decodeImage(await readSampleFile(path, signal), path, size, signal);
      const fitted = size === undefined ? image : fitImage(image, size, fit, padValue);
      return { [input.name]: imageToTensor(fitted, preprocess, tables) };
    },
  };
}
