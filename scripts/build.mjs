/**
 * Builds calibrt: `node scripts/build.mjs [native|ts] [--sanitize=address|thread|undefined]`; both parts by default.
 *
 * - native: cmake-js, into build/Release (build-SANITIZER/Release with --sanitize); skipped when nothing changed since.
 * - ts: the TypeScript compiler, into dist.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { compile, root, defaultDefinitions, stampFile, stampText } from './native/compile.mjs';

const parts = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const sanitize = process.argv.find((argument) => argument.startsWith('--sanitize='))?.slice('--sanitize='.length);
const unknown = parts.filter((part) => part !== 'native' && part !== 'ts');
if (unknown.length > 0) {
  console.error(`unknown part ${unknown.join(', ')}: expected native or ts`);
  process.exit(2);
}
try {
  if (parts.length === 0 || parts.includes('native')) await buildNative();
  if (parts.length === 0 || parts.includes('ts')) buildTypeScript();
} catch (error) {
  // The compilers have already said what is wrong.
  console.error(`build failed: ${error.message}`);
  process.exit(1);
}

async function buildNative() {
  const definitions = await defaultDefinitions();
  if (sanitize !== undefined) definitions.push(`-DCALIBRT_SANITIZE=${sanitize}`);
  const out = path.join(root, sanitize === undefined ? 'build' : `build-${sanitize.replace(',', '-')}`);
  if (!isUpToDate(out, definitions)) await compile({ definitions, out });
}

function isUpToDate(out, definitions) {
  const stamp = stampFile(out);
  if (!existsSync(path.join(out, 'Release/calibrt.node')) || !existsSync(stamp)) return false;
  if (readFileSync(stamp, 'utf8') !== stampText(definitions)) return false;
  const built = statSync(stamp).mtimeMs;
  return (
    newest(['CMakeLists.txt', 'cmake', 'native', 'package-lock.json'].map((name) => path.join(root, name))) < built
  );
}

function newest(paths) {
  let time = 0;
  for (const entry of paths) {
    const stat = statSync(entry, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    // A folder's own time tells of files added, renamed and removed.
    time = Math.max(time, stat.mtimeMs);
    if (stat.isDirectory()) time = Math.max(time, newest(readdirSync(entry).map((name) => path.join(entry, name))));
  }
  return time;
}

function buildTypeScript() {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', path.join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  const main = path.join(root, 'dist/lib/cli/main.js');
  if (existsSync(main)) chmodSync(main, 0o755);
}
