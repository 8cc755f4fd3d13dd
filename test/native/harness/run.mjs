// Builds the harness with each set of sanitizers and runs it. Needs gcc's or clang's sanitizer libraries.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = path.join(here, '../../..');
const sets = ['address,undefined,float-cast-overflow', 'thread'];

for (const sanitizers of process.argv.length > 2 ? process.argv.slice(2) : sets) {
  const out = path.join(root, `build-harness-${sanitizers.replaceAll(',', '-')}`);
  const run = (command, ...args) => execFileSync(command, args, { stdio: 'inherit' });
  run('cmake', '-S', here, '-B', out, `-DCALIBRT_SANITIZE=${sanitizers}`, '-DCMAKE_BUILD_TYPE=RelWithDebInfo');
  run('cmake', '--build', out, '--parallel', '2');
  run(path.join(out, 'harness'));
  console.log(`harness passed under ${sanitizers}`);
}
