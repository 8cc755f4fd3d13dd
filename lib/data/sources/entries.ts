import { readdir } from 'node:fs/promises';
import { readFailure } from '../files.js';
import { fileKindOf } from './file-kinds.js';

/** What lies in one folder, hidden things aside, in code-unit order of the names. */
export interface Entries {
  readonly samples: readonly string[];
  readonly folders: readonly string[];
  /** Files that are no samples. */
  readonly others: readonly string[];
}

/** @throws CalibrtError `ERR_DATA_NOT_FOUND`, or `ERR_DATA_FORMAT` where it is no folder. */
export async function listEntries(folder: string): Promise<Entries> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw readFailure(folder, cause);
  });
  const visible = entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  const folders = visible.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const files = visible.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  return {
    samples: files.filter((name) => fileKindOf(name) !== undefined),
    folders,
    others: files.filter((name) => fileKindOf(name) === undefined),
  };
}
