import { extname } from 'node:path';
import { CalibrtError } from '../../errors.js';
import { imageReader, imageSuffixes } from '../images/image-reader.js';
import type { ModelInput, PreprocessSpec } from '../spec.js';
import { npyReader } from './npy-reader.js';
import { npzReader } from './npz-reader.js';
import { rawReader } from './raw-reader.js';
import type { SampleFileReader } from './source.js';

/** A kind of sample file, known by its suffix. */
export interface FileKind {
  readonly name: string;
  readonly suffixes: readonly string[];
  /** A reader that feeds the inputs given. */
  reader(inputs: readonly ModelInput[], preprocess: PreprocessSpec, path: string): SampleFileReader;
}

/** Every kind of sample file. */
export const fileKinds: readonly FileKind[] = [
  {
    name: 'images',
    suffixes: imageSuffixes,
    reader: (inputs, preprocess, path) => imageReader(preprocess, onlyInput(inputs, path)),
  },
  { name: 'npy', suffixes: ['.npy'], reader: (inputs, _, path) => npyReader(onlyInput(inputs, path)) },
  { name: 'npz', suffixes: ['.npz'], reader: (inputs) => npzReader(inputs) },
  { name: 'raw', suffixes: ['.bin'], reader: (inputs, _, path) => rawReader(onlyInput(inputs, path)) },
];

/** The kind of a file by its suffix; `undefined` for a file that is no sample. */
export function fileKindOf(path: string): FileKind | undefined {
  const suffix = extname(path).toLowerCase();
  return fileKinds.find(({ suffixes }) => suffixes.includes(suffix));
}

/** The one input that files of a single array feed. */
export function onlyInput(inputs: readonly ModelInput[], path: string): ModelInput {
  const [input, ...others] = inputs;
  if (input !== undefined && others.length === 0) return input;
  const names = inputs.map(({ name }) => name).join(', ');
  throw new CalibrtError(
    'ERR_DATA_FORMAT',
    `${path}: the network has ${inputs.length} inputs (${names}): say which one with --data NAME=PATH, once for each`,
  );
}
