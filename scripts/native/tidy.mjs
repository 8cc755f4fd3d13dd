import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Runs clang-tidy over our own C++ sources, several at a time, and prints what it finds. A source that is compiled once per
 * TensorRT flavour is read once: the flavours differ in NVIDIA's headers, not in our code's habits.
 *
 * @returns {Promise<boolean>} whether it found nothing
 */
export async function runClangTidy(program) {
  const units = writeCommands();
  if (units === undefined) return false;
  const queue = [...units];
  const clean = await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      let ok = true;
      for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) ok = (await tidy(program, unit)) && ok;
      return ok;
    }),
  );
  return clean.every(Boolean);
}

const commands = join(root, 'build/tidy');

function writeCommands() {
  let all;
  try {
    all = JSON.parse(readFileSync(join(root, 'build/compile_commands.json'), 'utf8'));
  } catch {
    console.error('clang-tidy: no build/compile_commands.json, run `npm run build` first');
    return undefined;
  }
  const byFile = new Map(
    all.filter(({ file }) => file.startsWith(join(root, 'native'))).map((entry) => [entry.file, entry]),
  );
  mkdirSync(commands, { recursive: true });
  writeFileSync(join(commands, 'compile_commands.json'), JSON.stringify([...byFile.values()]));
  return byFile.keys();
}

function tidy(program, unit) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['-p', commands, '--quiet', '--warnings-as-errors=*', unit]);
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    // Counts of suppressed warnings go to stderr, and what matters only when clang-tidy itself fails.
    let errors = '';
    child.stderr.on('data', (text) => (errors += text));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status !== 0) console.error(output || errors);
      resolve(status === 0);
    });
  });
}
