import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TensorRtFlavour } from '../../native.js';
import { traitsOf, type FlavourTraits } from './flavours.js';
import { loaderFolders, rootFolders, sdkFolders, systemFolders, wheelFolders } from './library-folders.js';

/** How a place came to be looked at, in the order of looking. */
export type LibraryOrigin = 'option' | 'environment' | 'loader path' | 'pip wheel' | 'SDK cache' | 'system folder';

/** One place and what was there. */
export interface LibraryCandidate {
  readonly path: string;
  readonly origin: LibraryOrigin;
  readonly verdict: 'found' | 'absent' | 'no ONNX parser beside it';
}

/** The two libraries of a flavour, not opened yet. */
export interface LocatedLibrary {
  readonly flavour: TensorRtFlavour;
  readonly infer: string;
  readonly parser: string;
  readonly origin: LibraryOrigin;
}

/** What was found, and every place that was looked at on the way. */
export interface LibrarySearch {
  readonly found?: LocatedLibrary;
  readonly candidates: readonly LibraryCandidate[];
}

/**
 * Looks for a flavour's libraries: the given path, `TENSORRT_RTX_ROOT` or `TENSORRT_ROOT`, the loader's path, pip-installed
 * wheels, what `npm run setup` fetched, the system's folders. A place that was named, by option or environment, is the only
 * one looked at: another library than the one asked for would be a surprise.
 *
 * @param library - The inference library itself, or the folder that holds it.
 */
export function locateTensorRt(flavour: TensorRtFlavour, library?: string): LibrarySearch {
  const traits = traitsOf(flavour);
  const candidates: LibraryCandidate[] = [];
  for (const [origin, files] of places(traits, library)) {
    for (const path of files()) {
      const candidate = look(traits, origin, path);
      candidates.push(candidate);
      if (candidate.verdict !== 'found') continue;
      const parser = join(dirname(path), traits.parser);
      return { found: { flavour, infer: path, parser, origin }, candidates };
    }
  }
  return { candidates };
}

type Place = readonly [LibraryOrigin, () => string[]];

function places(traits: FlavourTraits, library?: string): readonly Place[] {
  const inFolders = (folders: string[]): string[] => folders.map((each) => join(each, traits.infer));
  if (library !== undefined) {
    return [['option', () => (isFolder(library) ? inFolders(rootFolders(library)) : [library])]];
  }
  const root = process.env[traits.rootVariable];
  if (root) return [['environment', () => inFolders(rootFolders(root))]];
  return [
    ['loader path', () => inFolders(loaderFolders())],
    ['pip wheel', () => inFolders(wheelFolders(traits.wheelFolder))],
    ['SDK cache', () => inFolders(sdkFolders())],
    ['system folder', () => inFolders(systemFolders(traits.infer))],
  ];
}

function look(traits: FlavourTraits, origin: LibraryOrigin, path: string): LibraryCandidate {
  if (!existsSync(path)) return { path, origin, verdict: 'absent' };
  const parser = existsSync(join(dirname(path), traits.parser));
  return { path, origin, verdict: parser ? 'found' : 'no ONNX parser beside it' };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
