import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/** A piece that could not be fetched, with the reason in one line; everything that does not need it still works. */
export class Unavailable extends Error {}

const timeoutMs = 15 * 60_000;

/** Runs a client quietly. `ok` is false when it is missing, fails or hangs; `reason` then says why in one line. */
export function run(command, args, options = {}) {
  const { status, error, stdout, stderr, signal } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: 64 << 20,
    ...options,
  });
  if (error)
    return { ok: false, stdout: '', reason: error.code === 'ENOENT' ? `${command} is not installed` : error.message };
  if (status !== 0)
    return { ok: false, stdout, reason: errorLine(stderr) ?? `${command} ended with ${status ?? signal}` };
  return { ok: true, stdout, reason: '' };
}

/** The line that says what went wrong, of a client's chatter: cargo's innermost cause, else the first `error`. */
function errorLine(stderr) {
  const lines = stderr.split('\n').map((line) => line.trim());
  const caused = lines.lastIndexOf('Caused by:');
  const cause = caused < 0 ? undefined : lines.slice(caused + 1).find((line) => line !== '');
  return (cause ?? lines.find((line) => /^error/i.test(line)) ?? lines.findLast((line) => line !== ''))?.slice(0, 300);
}

/** Throws unless the file has the pinned hash. */
export function verify(path, sha256) {
  const actual = hashOf(path);
  if (actual !== sha256) throw new Unavailable(`${path} has SHA-256 ${actual}, expected ${sha256}: refused`);
}

/** In pieces: archives are up to half a gigabyte. */
function hashOf(path) {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(4 << 20);
  const file = openSync(path);
  try {
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
      hash.update(buffer.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
