// Builds the double of TensorRT and of the CUDA driver, once, into the cache outside the tree, and prints its folder:
// `node test/native/double/build.mjs [--sanitize=address,undefined|thread]`. Nothing of it may lie in build/Release, which prebuildify
// packs whole.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../../../scripts/sdk/cache.mjs';
import { headerFolders } from '../../../scripts/sdk/locate.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = path.join(here, '../../..');
const sanitize = process.argv.find((argument) => argument.startsWith('--sanitize='))?.slice('--sanitize='.length) ?? '';

const { trt10 = '', trt11 = '' } = headerFolders();
const definitions = [
  `-DCALIBRT_TRT10_HEADERS=${trt10}`,
  `-DCALIBRT_TRT11_HEADERS=${trt11}`,
  `-DCALIBRT_SANITIZE=${sanitize}`,
  `-DNODE=${process.execPath}`,
  '-DCMAKE_BUILD_TYPE=RelWithDebInfo',
];
const out = path.join(cacheRoot(), 'double', key());
if (!existsSync(done())) await build();
console.log(out);

function done() {
  return path.join(out, 'done');
}

function key() {
  const hash = createHash('sha256').update(JSON.stringify(definitions));
  for (const file of sources(here).sort()) hash.update(path.relative(here, file)).update(readFileSync(file));
  hash.update(readFileSync(path.join(root, 'cmake/CalibrtTarget.cmake')));
  for (const folder of [trt10, trt11]) {
    if (folder !== '') hash.update(readFileSync(path.join(folder, 'NvInferVersion.h')));
  }
  return hash.digest('hex').slice(0, 16);
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return sources(file);
    return /\.(cpp|h|mjs|txt)$/.test(entry.name) ? [file] : [];
  });
}

/** Two test files may want it at once: one builds, the others wait for it. */
async function build() {
  const lock = `${out}.lock`;
  mkdirSync(path.dirname(out), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (existsSync(done())) return;
    // Left behind by a build that was killed.
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 15 * 60_000) rmSync(lock, { recursive: true, force: true });
    await sleep(200);
  }
  try {
    if (existsSync(done())) return;
    const temporary = `${out}.part`;
    rmSync(temporary, { recursive: true, force: true });
    const run = (...args) => execFileSync('cmake', args, { stdio: ['ignore', 2, 2] });
    run('-S', here, '-B', temporary, ...definitions, ...generator());
    run('--build', temporary, '--parallel', '2');
    rmSync(out, { recursive: true, force: true });
    renameSync(temporary, out);
    writeFileSync(done(), '');
    forgetOthers();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function generator() {
  try {
    execFileSync('ninja', ['--version'], { stdio: 'ignore' });
    return ['-G', 'Ninja'];
  } catch {
    return [];
  }
}

/** Builds of earlier sources; a few are kept for those who switch between branches. */
function forgetOthers() {
  const folder = path.dirname(out);
  const builds = readdirSync(folder)
    .filter((name) => existsSync(path.join(folder, name, 'done')))
    .map((name) => ({ name, time: statSync(path.join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { name } of builds.slice(6)) rmSync(path.join(folder, name), { recursive: true, force: true });
}
