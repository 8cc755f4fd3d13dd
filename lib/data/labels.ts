import { CalibrtError } from '../errors.js';
import { readTextFile } from './text-file.js';

/** Labels by what a labels file calls each sample. */
export interface LabelsFile {
  /** Class index by name. */
  readonly byName: ReadonlyMap<string, number>;
  /** Sorted names of the classes, where the file names them instead of numbering them. */
  readonly classNames?: readonly string[];
}

/** Numbers of any kind: one that is not whole, or is negative, would count as the name of a class. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const INDEX = /^\d+$/;

/**
 * Reads `file label` lines: the label is what follows the last blank; empty lines and lines that begin with `#` are skipped. Labels
 * that are not all whole numbers are class names, whose index is their place in sorted order.
 *
 * @throws CalibrtError `ERR_DATA_NOT_FOUND`, or `ERR_DATA_FORMAT` naming the line: of numbers only whole ones from 0 are labels.
 */
export async function readLabels(path: string): Promise<LabelsFile> {
  return parseLabels(await readTextFile(path, '`file label` lines', '--labels'), path);
}

/** Parses the text of a labels file; see {@link readLabels}. */
export function parseLabels(text: string, path: string): LabelsFile {
  const labels = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, label] = /^\s*(.*\S)\s+(\S+)\s*$/.exec(line) ?? [];
    if (name === undefined || label === undefined) {
      throw new CalibrtError(
        'ERR_DATA_FORMAT',
        `${path}, line ${index + 1}: expected \`file label\`, found ${line.trim()}`,
      );
    }
    if (NUMBER.test(label) && !INDEX.test(label)) {
      throw new CalibrtError(
        'ERR_DATA_FORMAT',
        `${path}, line ${index + 1}: ${label} is no label: expected the index of the class, a whole number from 0, or the name of the ` +
          'class; leave out the line of a sample without one',
      );
    }
    labels.set(name, label);
  }
  if (labels.size === 0) throw new CalibrtError('ERR_DATA_FORMAT', `${path} holds no \`file label\` lines`);
  if ([...labels.values()].every((label) => INDEX.test(label))) {
    return { byName: new Map([...labels].map(([name, label]) => [name, Number(label)])) };
  }
  const classNames = [...new Set(labels.values())].sort();
  const indices = new Map(classNames.map((name, index) => [name, index]));
  return { byName: new Map([...labels].map(([name, label]) => [name, indices.get(label)!])), classNames };
}

/**
 * The label of each sample. A line may call a sample by its whole path or any end of it (`cats/1.jpg`, `1.jpg`), with or without the
 * suffix, or a row of an array by its number. A sample without a line has none.
 *
 * @throws CalibrtError `ERR_DATA_FORMAT` where no line fits any sample.
 */
export function assignLabels(names: readonly string[], { byName }: LabelsFile, path: string): (number | undefined)[] {
  const labels = names.map((name) => findLabel(name, byName));
  if (labels.some((label) => label !== undefined)) return labels;
  throw new CalibrtError(
    'ERR_DATA_FORMAT',
    `${path} names none of the ${names.length} samples: its first line is about ${[...byName.keys()][0]}, a sample is ${names[0]}`,
  );
}

function findLabel(name: string, byName: ReadonlyMap<string, number>): number | undefined {
  const row = /#(\d+)$/.exec(name)?.[1];
  if (row !== undefined && byName.has(row)) return byName.get(row);
  const parts = name.split('/');
  for (let from = 0; from < parts.length; from++) {
    const end = parts.slice(from).join('/');
    const label = byName.get(end) ?? byName.get(end.replace(/\.\w+$/, ''));
    if (label !== undefined) return label;
  }
  return undefined;
}
