import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { CalibrtError } from '../../errors.js';
import { readFailure } from '../files.js';
import type { DataSource, ModelInput, PreprocessSpec } from '../spec.js';
import { npyArraySource, npzArraySource } from './array-source.js';
import { fileKindOf, onlyInput } from './file-kinds.js';
import { fileSource } from './file-source.js';
import { listFolder } from './folder.js';
import { listSource } from './list.js';
import type { SampleSource } from './source.js';

/**
 * Opens one `--data`, whatever it is: a folder, one array file, or a single sample.
 *
 * @throws CalibrtError `ERR_DATA_*` where it is missing, empty or of an unknown kind; `ERR_USAGE` where it names an input that there is
 * not.
 */
export async function openSource(
  { path, input }: DataSource,
  inputs: readonly ModelInput[],
  preprocess: PreprocessSpec,
): Promise<SampleSource> {
  const fed = input === undefined ? inputs : [await findInput(inputs, input, path)];
  const stats = await stat(path).catch((cause: unknown) => {
    throw readFailure(path, cause);
  });
  if (stats.isDirectory()) {
    const { kind, ...files } = await listFolder(path);
    return fileSource(files, kind.reader(fed, preprocess, path));
  }
  // Reading a pipe would wait for its writer, and samples are read at any place, more than once.
  if (!stats.isFile()) {
    throw new CalibrtError('ERR_DATA_FORMAT', `${path} is no regular file: write the samples to one, or to a folder`);
  }
  const suffix = extname(path).toLowerCase();
  if (suffix === '.npy') return npyArraySource(path, onlyInput(fed, path));
  if (suffix === '.npz') return npzArraySource(path, fed);
  if (suffix === '.txt') return listSource(path, fed, preprocess);
  const kind = fileKindOf(path);
  if (kind !== undefined) {
    return fileSource({ paths: [path], keys: [basename(path, extname(path))] }, kind.reader(fed, preprocess, path));
  }
  throw new CalibrtError(
    'ERR_DATA_FORMAT',
    `${path}: ${suffix || 'a file without suffix'} is no kind of samples: expected a folder, .npy, .npz or a .txt list`,
  );
}

async function findInput(inputs: readonly ModelInput[], name: string, path: string): Promise<ModelInput> {
  const found = inputs.find((input) => input.name === name);
  if (found !== undefined) return found;
  const names = inputs.map((input) => input.name).join(', ');
  const given = `${name}=${path}`;
  const isPath = await stat(given).then(
    () => true,
    () => false,
  );
  const hint = isPath ? `; for the path of that name write ./${given}` : '';
  throw new CalibrtError('ERR_USAGE', `--data ${given}: the network has no input ${name}, only ${names}${hint}`);
}
