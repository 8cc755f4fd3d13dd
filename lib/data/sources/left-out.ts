import { extname, join } from 'node:path';
import { listEntries } from './entries.js';

/** What of a folder is no part of its samples. */
export interface LeftOut {
  /** Files that are its samples. */
  readonly taken: number;
  /** Files that are not, in folders that are not searched or of kinds that are not read. */
  readonly count: number;
  /** What these are, for a person; empty where there are none. */
  readonly found: string;
}

/** Suffixes that are named one by one. */
const MOST_SUFFIXES = 4;

/**
 * What `listFolder` leaves out of a folder: files that are no samples, and samples deeper than it looks. Looks one level deeper itself,
 * so that a tree of any depth costs little.
 *
 * @throws CalibrtError `ERR_DATA_NOT_FOUND`, or `ERR_DATA_FORMAT` where it is no folder.
 */
export async function findLeftOut(folder: string): Promise<LeftOut> {
  const top = await listEntries(folder);
  const others = [...top.others];
  let [taken, deeper] = [top.samples.length, top.folders];
  if (taken === 0) {
    const below: string[] = [];
    for (const name of top.folders) {
      const inner = await listEntries(join(folder, name));
      taken += inner.samples.length;
      others.push(...inner.others);
      below.push(...inner.folders.map((child) => join(name, child)));
    }
    deeper = below;
  }
  const missed: string[] = [];
  let count = 0;
  for (const name of deeper) {
    const { samples } = await listEntries(join(folder, name));
    if (samples.length > 0) missed.push(name);
    count += samples.length;
  }
  const parts = [inFolders(count, missed, deeper), ofOtherKinds(others)].filter((part) => part !== '');
  return { taken, count: count + others.length, found: parts.join(' and ') };
}

function inFolders(samples: number, missed: readonly string[], folders: readonly string[]): string {
  if (folders.length === 0) return '';
  const named = missed.length > 0 ? missed : folders;
  const where = `${named[0]}${named.length > 1 ? ', …' : ''}`;
  return samples > 0
    ? `${counted(samples, 'sample')} in ${where}, deeper than is searched`
    : `${where}, deeper than is searched`;
}

function ofOtherKinds(files: readonly string[]): string {
  if (files.length === 0) return '';
  const kinds = [...new Set(files.map((name) => extname(name).toLowerCase() || 'no suffix'))];
  const named = kinds.slice(0, MOST_SUFFIXES).join(', ');
  return `${counted(files.length, 'file')} of kinds that are not read (${named}${kinds.length > MOST_SUFFIXES ? ', …' : ''})`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
