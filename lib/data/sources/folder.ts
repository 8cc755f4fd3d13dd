import { extname, join } from 'node:path';
import { CalibrtError } from '../../errors.js';
import { listEntries } from './entries.js';
import { fileKindOf, fileKinds, type FileKind } from './file-kinds.js';
import type { SampleFiles } from './file-source.js';
import { findLeftOut } from './left-out.js';

/** What a folder of samples holds. */
export interface FolderSamples extends SampleFiles {
  readonly kind: FileKind;
}

/**
 * Lists a folder's samples in code-unit order of their names, so that the order is the same everywhere. Where there are none but
 * there are subfolders, these are classes: labels are their places in sorted order, as in torchvision's `ImageFolder`.
 *
 * @throws CalibrtError `ERR_DATA_NOT_FOUND`, `ERR_DATA_EMPTY`, or `ERR_DATA_FORMAT` where kinds are mixed.
 */
export async function listFolder(folder: string): Promise<FolderSamples> {
  const top = await listEntries(folder);
  if (top.samples.length > 0)
    return describe(
      folder,
      top.samples.map((name) => ({ name })),
    );

  const samples: Sample[] = [];
  for (const [label, className] of top.folders.entries()) {
    const inner = await listEntries(join(folder, className));
    samples.push(...inner.samples.map((name) => ({ name: join(className, name), label })));
  }
  if (samples.length === 0) throw await empty(folder);
  return { ...describe(folder, samples), classNames: top.folders };
}

interface Sample {
  readonly name: string;
  readonly label?: number;
}

function describe(folder: string, samples: readonly Sample[]): FolderSamples {
  const kinds = new Set(samples.map(({ name }) => fileKindOf(name)!));
  if (kinds.size > 1) {
    const names = [...kinds].map((kind) => kind.name).join(' and ');
    throw new CalibrtError(
      'ERR_DATA_FORMAT',
      `${folder} holds ${names} files: keep one kind per folder, or use a list file`,
    );
  }
  const labels = samples.flatMap(({ label }) => (label === undefined ? [] : [label]));
  return {
    kind: [...kinds][0]!,
    paths: samples.map(({ name }) => join(folder, name)),
    keys: samples.map(({ name }) => name.slice(0, name.length - extname(name).length)),
    ...(labels.length > 0 && { labels }),
  };
}

async function empty(folder: string): Promise<CalibrtError> {
  const known = fileKinds.flatMap(({ suffixes }) => suffixes).join(' ');
  const { found } = await findLeftOut(folder);
  return new CalibrtError(
    'ERR_DATA_EMPTY',
    `${folder} holds no samples: ${found === '' ? 'it has no files' : `found ${found}`}; expected ${known}, in the folder itself or in ` +
      'folders of classes right below it (a .txt list takes files from anywhere)',
  );
}
