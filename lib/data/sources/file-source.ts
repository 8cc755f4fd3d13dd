import { hashFile } from '../hash.js';
import type { SampleFileReader, SampleSource } from './source.js';

/** Files of one sample each. */
export interface SampleFiles {
  readonly paths: readonly string[];
  /** Path below the folder, without the suffix. */
  readonly keys: readonly string[];
  readonly labels?: readonly number[];
  readonly classNames?: readonly string[];
}

/** A source over files that are read one by one. */
export function fileSource(files: SampleFiles, reader: SampleFileReader): SampleSource {
  const { paths, ...rest } = files;
  const { kind, inputs, preprocess } = reader;
  return {
    kind,
    inputs,
    ...(preprocess && { preprocess: Object.fromEntries(inputs.map((input) => [input, preprocess])) }),
    names: paths,
    ...rest,
    read: (index, signal) => reader.read(paths[index]!, signal),
    digest: (index, signal) => hashFile(paths[index]!, signal),
  };
}
