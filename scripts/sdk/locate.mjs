import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDone, pieceFolder } from './cache.mjs';
import { headerPieces, rtxLibraries } from './pieces.mjs';

const cmakeNames = { rtx: 'CALIBRT_RTX_HEADERS', trt10: 'CALIBRT_TRT10_HEADERS', trt11: 'CALIBRT_TRT11_HEADERS' };

/**
 * The header folders that are here, by flavour: the user's own TensorRT (`TENSORRT_ROOT`, `TENSORRT_RTX_ROOT`) before what
 * {@link setupSdk} fetched.
 *
 * @returns {Partial<Record<import('./pieces.mjs').Flavour, string>>}
 */
export function headerFolders() {
  const fetched = {};
  for (const { folder, sha256, headers } of headerPieces) {
    if (!isDone(folder, sha256)) continue;
    for (const [flavour, path] of Object.entries(headers)) fetched[flavour] = join(pieceFolder(folder), path);
  }
  return { ...fetched, ...ownHeaders() };
}

/** The headers below the roots that the environment names; a root serves the flavour that its version header states. */
export function ownHeaders() {
  const found = {};
  for (const variable of ['TENSORRT_ROOT', 'TENSORRT_RTX_ROOT']) {
    const root = process.env[variable];
    if (!root) continue;
    const include = join(root, 'include');
    const flavour = flavourOf(include);
    if (flavour !== undefined) found[flavour] = include;
  }
  return found;
}

function flavourOf(include) {
  const versionHeader = join(include, 'NvInferVersion.h');
  if (!existsSync(versionHeader) || !existsSync(join(include, 'NvOnnxParser.h'))) return undefined;
  const text = readFileSync(versionHeader, 'utf8');
  if (/#define\s+TRT_MAJOR_RTX\b/.test(text)) return 'rtx';
  const major = /#define\s+(?:NV_TENSORRT_MAJOR|TRT_MAJOR_ENTERPRISE)\s+(\d+)/.exec(text)?.[1];
  return { 10: 'trt10', 11: 'trt11' }[major ?? ''];
}

/** The folder of the fetched TensorRT-RTX libraries, if they are here. */
export function rtxLibraryFolder() {
  return isDone(rtxLibraries.folder, rtxLibraries.sha256) ? join(pieceFolder(rtxLibraries.folder), 'lib') : undefined;
}

/** What CMake is told: one header folder per flavour that can be built. */
export function sdkCMakeArguments() {
  return Object.entries(headerFolders()).map(([flavour, folder]) => `-D${cmakeNames[flavour]}=${folder}`);
}
