import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CalibrtError } from '../../errors.js';
import { hashFile, hashParts } from '../hash.js';
import { mapInOrder } from '../map-in-order.js';
import type { ModelInput, PreprocessSpec } from '../spec.js';
import type { NamedTensors } from '../tensor.js';
import { readTextFile } from '../text-file.js';
import { fileKindOf, type FileKind } from './file-kinds.js';
import type { SampleFileReader, SampleSource } from './source.js';

/** One line of a list file: the file of each column. */
interface Row {
  readonly line: number;
  readonly paths: readonly string[];
}

/** Files looked up at a time. */
const LOOKUPS_AT_ONCE = 8;

/**
 * Samples from a list file: one per line, a path or, for several inputs, a path for each of them separated by commas, in the
 * order in which the network declares them. Paths are relative to the list; empty lines and lines that begin with `#` are skipped.
 *
 * @throws CalibrtError `ERR_DATA_EMPTY`; `ERR_DATA_NOT_FOUND` naming the first line whose file is missing; `ERR_DATA_FORMAT`.
 */
export async function listSource(
  path: string,
  inputs: readonly ModelInput[],
  preprocess: PreprocessSpec,
): Promise<SampleSource> {
  const rows = parseList(await readTextFile(path, 'one path per line'), path, inputs);
  await checkFiles(path, rows, inputs);
  const columns = rows[0]!.paths.length;
  const readers = Array.from({ length: columns }, (_, column) => {
    return columnReaders(columns === 1 ? inputs : [inputs[column]!], preprocess, path);
  });
  const kinds = new Set(rows.flatMap((row) => row.paths.map((file, column) => readers[column]!(file, row.line).kind)));
  const preprocessed = readers.flatMap((reader, column) => {
    const image = rows.map((row) => reader(row.paths[column]!, row.line)).find((candidate) => candidate.preprocess);
    return image === undefined ? [] : [[image.inputs[0]!, image.preprocess!] as const];
  });
  return {
    kind: [...kinds].join(' and '),
    inputs: inputs.map(({ name }) => name),
    ...(preprocessed.length > 0 && { preprocess: Object.fromEntries(preprocessed) }),
    names: rows.map(({ paths }) => paths.join(', ')),
    async read(index, signal) {
      const { paths, line } = rows[index]!;
      const parts = await Promise.all(paths.map((file, column) => readers[column]!(file, line).read(file, signal)));
      return Object.assign({}, ...parts) as NamedTensors;
    },
    async digest(index, signal) {
      const digests = await Promise.all(rows[index]!.paths.map((file) => hashFile(file, signal)));
      return hashParts(digests.map((digest, column) => [columns === 1 ? '' : inputs[column]!.name, digest]));
    },
  };
}

function parseList(text: string, path: string, inputs: readonly ModelInput[]): Row[] {
  const rows: Row[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    // With one input a comma is part of the name.
    const columns = inputs.length === 1 ? [line.trim()] : line.split(',').map((column) => column.trim());
    const expected = rows[0]?.paths.length ?? (columns.length === 1 ? 1 : inputs.length);
    if (columns.length !== expected || columns.includes('')) {
      const names = inputs.map(({ name }) => name).join(', ');
      throw new CalibrtError(
        'ERR_DATA_FORMAT',
        `${path}, line ${index + 1}: expected ${expected} paths separated by commas (for ${names}), found ${columns.length}`,
      );
    }
    rows.push({ line: index + 1, paths: columns.map((column) => resolve(dirname(path), column)) });
  }
  if (rows.length === 0)
    throw new CalibrtError('ERR_DATA_EMPTY', `${path} lists no samples: expected one path per line`);
  return rows;
}

async function checkFiles(path: string, rows: readonly Row[], inputs: readonly ModelInput[]): Promise<void> {
  const files = rows.flatMap(({ line, paths }) => paths.map((file) => ({ line, file })));
  const exists = ({ file }: { file: string }): Promise<boolean> => {
    return stat(file).then(
      (stats) => stats.isFile(),
      () => false,
    );
  };
  const missing: { line: number; file: string }[] = [];
  let index = 0;
  for await (const found of mapInOrder(files, exists, { ahead: LOOKUPS_AT_ONCE })) {
    const entry = files[index++]!;
    if (!found) missing.push(entry);
  }
  const [first] = missing;
  if (first === undefined) return;
  const hint =
    inputs.length === 1 && first.file.includes(',')
      ? `the network has one input (${inputs[0]!.name}), so a line is one path and a comma a part of it`
      : 'paths are relative to the list';
  throw new CalibrtError(
    'ERR_DATA_NOT_FOUND',
    `${path}, line ${first.line}: ${first.file} does not exist (${missing.length} of ${files.length} files are missing): ${hint}`,
    { details: missing.map(({ line, file }) => `line ${line}: ${file}`) },
  );
}

/** Readers of one column's files by their kind, made once each. */
function columnReaders(
  inputs: readonly ModelInput[],
  preprocess: PreprocessSpec,
  path: string,
): (file: string, line: number) => SampleFileReader {
  const readers = new Map<FileKind, SampleFileReader>();
  return (file, line) => {
    const kind = fileKindOf(file);
    if (kind === undefined) {
      throw new CalibrtError('ERR_DATA_FORMAT', `${path}, line ${line}: ${file} is no kind of sample`);
    }
    const known = readers.get(kind);
    if (known !== undefined) return known;
    const made = kind.reader(inputs, preprocess, path);
    readers.set(kind, made);
    return made;
  };
}
