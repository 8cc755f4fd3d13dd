#!/usr/bin/env node
/**
 * Sets up what the TensorRT bridge needs on a development machine: header files and the TensorRT-RTX libraries, through cargo
 * and pip, into a cache outside the tree. Safe to run again and at the same time; a client that is missing or cannot reach its
 * registry costs one line, never the set-up.
 *
 * `node scripts/sdk/setup.mjs [--with VERSION]...` fetches complete TensorRT libraries too (pieces.mjs names them).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { fillPiece, isDone, pieceFolder } from './cache.mjs';
import { fetchCrate } from './cargo.mjs';
import { run, Unavailable } from './client.mjs';
import { ownHeaders } from './locate.mjs';
import { fetchLibraries } from './maven.mjs';
import { headerPieces, optionalLibraries, rtxLibraries } from './pieces.mjs';
import { fetchWheel } from './pip.mjs';
import { unpackLibraries } from './unpack.mjs';

/**
 * Fetches what is missing.
 *
 * @param {{ quiet?: boolean, extra?: string[] }} [options] quiet: say only what could not be had; extra: versions of
 *   optionalLibraries
 * @returns {{ missing: string[] }} one line per piece that could not be had
 */
export function setupSdk({ quiet = false, extra = [] } = {}) {
  const missing = [];
  const say = (line) => quiet || console.error(line);
  const attempt = (name, sha256, what, without, fill) => {
    if (isDone(name, sha256)) return;
    say(`SDK: fetching ${what}`);
    try {
      fillPiece(name, sha256, fill);
      say(`SDK: ${what} in ${pieceFolder(name)}`);
    } catch (error) {
      if (!(error instanceof Unavailable) && error?.code === undefined) throw error;
      const line = `SDK: no ${what} (${error.message}); ${without}`;
      missing.push(line);
      console.error(line);
    }
  };

  const own = ownHeaders();
  for (const piece of headerPieces) {
    const wanted = Object.keys(piece.headers).filter((flavour) => own[flavour] === undefined);
    if (wanted.length === 0) continue;
    const folders = Object.values(piece.headers);
    const what = `TensorRT headers (${folders.map((each) => basename(each)).join(', ')})`;
    attempt(piece.folder, piece.sha256, what, 'their part of the TensorRT bridge is not built', (folder) =>
      unpackHeaders(fetchCrate(piece.crate, piece.version, piece.sha256), folders, folder),
    );
  }
  if (!process.env.TENSORRT_RTX_ROOT) {
    const { folder, sha256, version } = rtxLibraries;
    const without = 'engines are built only where TENSORRT_ROOT or TENSORRT_RTX_ROOT names an installed TensorRT';
    attempt(folder, sha256, `TensorRT-RTX ${version} libraries`, without, unpackRtxLibraries);
  }
  for (const version of extra) {
    const piece = optionalLibraries[version];
    const without = 'the bridge is not checked against it';
    attempt(piece.folder, piece.sha256, `TensorRT ${version} libraries`, without, (folder) =>
      fetchLibraries(piece, folder),
    );
  }
  return { missing };
}

/** Takes the header folders, nothing else, from a `.crate` (a gzipped tar whose top folder is NAME-VERSION). */
function unpackHeaders(archive, folders, target) {
  const top = basename(archive, '.crate');
  const members = folders.map((folder) => `${top}/${folder}`);
  const { ok, reason } = run('tar', ['-xzf', archive, '-C', target, '--strip-components=1', ...members]);
  if (!ok) throw new Unavailable(`unpacking failed: ${reason}`);
}

function unpackRtxLibraries(target) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Unavailable(`there are none for ${process.platform}-${process.arch}`);
  }
  const download = mkdtempSync(join(tmpdir(), 'calibrt-pip-'));
  try {
    unpackLibraries(fetchWheel(rtxLibraries, download), target);
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}

function main() {
  const { values } = parseArgs({ options: { with: { type: 'string', multiple: true, default: [] } } });
  const unknown = values.with.find((version) => !(version in optionalLibraries));
  if (unknown !== undefined) {
    console.error(`--with ${unknown}: expected one of ${Object.keys(optionalLibraries).join(', ')}`);
    process.exit(2);
  }
  setupSdk({ extra: values.with });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
