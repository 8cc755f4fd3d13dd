import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where fetched pieces live, outside the tree: `$CALIBRT_CACHE`, else `calibrt` in the user's cache folder.
 * lib/backends/tensorrt/locate.ts computes the same path; a test holds them together.
 */
export function cacheRoot() {
  const { CALIBRT_CACHE, XDG_CACHE_HOME } = process.env;
  return CALIBRT_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'calibrt');
}

/** The folder of one piece; it may not be there. */
export function pieceFolder(name) {
  return join(cacheRoot(), 'sdk', name);
}

/** Whether a piece is there, whole, and made from the archive with this hash. */
export function isDone(name, sha256) {
  try {
    return JSON.parse(readFileSync(join(pieceFolder(name), 'done.json'), 'utf8')).sha256 === sha256;
  } catch {
    return false;
  }
}

/**
 * Fills a piece's folder, all or nothing: `fill` works in a temporary folder beside it, which takes its name when done. Two
 * set-ups may run at once; the first to finish wins.
 */
export function fillPiece(name, sha256, fill) {
  const target = pieceFolder(name);
  mkdirSync(join(cacheRoot(), 'sdk'), { recursive: true });
  const temporary = mkdtempSync(`${target}.part-`);
  try {
    chmodSync(temporary, 0o755);
    fill(temporary);
    writeFileSync(join(temporary, 'done.json'), `${JSON.stringify({ name, sha256 })}\n`);
    if (existsSync(target) && !isDone(name, sha256)) rmSync(target, { recursive: true });
    try {
      renameSync(temporary, target);
    } catch (error) {
      if (!isDone(name, sha256)) throw error;
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
