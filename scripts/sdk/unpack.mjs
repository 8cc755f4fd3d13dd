import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run, Unavailable } from './client.mjs';

/** Takes the shared libraries and the licence, nothing else, from a zip archive (a wheel, a jar): into `target/lib` and `target`. */
export function unpackLibraries(archive, target) {
  const everything = join(target, 'unpacked');
  mkdirSync(everything);
  unzip(archive, everything);
  mkdirSync(join(target, 'lib'));
  for (const path of readdirSync(everything, { recursive: true })) {
    const name = basename(path);
    if (/\.so(\.\d+)*$/.test(name)) renameSync(join(everything, path), join(target, 'lib', name));
    if (/^LICENSE/.test(name)) renameSync(join(everything, path), join(target, name));
  }
  rmSync(everything, { recursive: true });
}

/** Whichever of these is here; one of the last two came with the client that fetched the archive. */
function unzip(archive, folder) {
  const reasons = [];
  for (const [command, ...args] of [
    ['unzip', '-q', archive, '-d', folder],
    ['python3', '-m', 'zipfile', '-e', archive, folder],
    ['jar', 'xf', archive],
  ]) {
    const { ok, reason } = run(command, args, { cwd: folder });
    if (ok) return;
    reasons.push(reason);
  }
  throw new Unavailable(`unpacking failed: ${reasons.join('; ')}`);
}
