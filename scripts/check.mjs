// `npm run check`: everything that reads the source without running it. With --fix, what can be mended is.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonWith } from './fixtures/python.mjs';
import { runClangTidy } from './native/tidy.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const fix = process.argv.includes('--fix');
const failures = [];

function run(name, command, args) {
  const start = performance.now();
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(`${name}: ${error.message}`);
  if (status !== 0) failures.push(name);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

function sources(folder, endings) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name));
}

const bin = (name) => join(root, 'node_modules/.bin', name);
run('types', bin('tsc'), ['-p', 'tsconfig.json']);
run('eslint', bin('eslint'), ['.', ...(fix ? ['--fix'] : [])]);
run('prettier', bin('prettier'), [fix ? '--write' : '--check', '--log-level', 'warn', '.']);

const clang = dirname(await pythonWith(fileURLToPath(new URL('native/requirements.txt', import.meta.url))));
const cpp = [...sources('native', ['.cpp', '.h']), ...sources('test', ['.cpp', '.h'])];
run('clang-format', join(clang, 'clang-format'), fix ? ['-i', ...cpp] : ['--dry-run', '-Werror', ...cpp]);
const tidyStart = performance.now();
const tidy = await runClangTidy(join(clang, 'clang-tidy'));
if (!tidy) failures.push('clang-tidy');
console.log(`${tidy ? 'ok  ' : 'FAIL'} clang-tidy (${((performance.now() - tidyStart) / 1000).toFixed(1)} s)`);

if (failures.length > 0) {
  console.error(`check failed: ${failures.join(', ')}`);
  process.exit(1);
}
