// `npm run test:gpu`: what only a GPU can show; see test/gpu/README.md. With CALIBRT_GPU_TEST_DOUBLE=1 it tests itself, on the double.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'out/gpu/results.json') } } });

if (!existsSync(join(root, 'dist/lib/index.js'))) {
  console.error('calibrt is not built: run `npm run build` first');
  process.exit(2);
}
if (process.env.CALIBRT_GPU_TEST_DOUBLE === '1' && process.env.CALIBRT_DOUBLE === undefined) {
  process.exitCode = runOnDouble();
} else {
  const { runSuite } = await import('../test/gpu/suite.mjs');
  await runSuite(values.out);
}

/** The loader reads LD_LIBRARY_PATH once, when a process starts: a process of its own. */
function runOnDouble() {
  const double = execFileSync(process.execPath, [join(root, 'test/native/double/build.mjs')], {
    encoding: 'utf8',
  }).trim();
  const env = {
    ...process.env,
    CALIBRT_DOUBLE: 'devices=sm86',
    LD_LIBRARY_PATH: join(double, 'cuda-current'),
    TENSORRT_ROOT: join(double, process.env.CALIBRT_GPU_TEST_FLAVOUR ?? '10'),
    TENSORRT_RTX_ROOT: join(double, 'nothing'),
  };
  const script = fileURLToPath(import.meta.url);
  return spawnSync(process.execPath, [script, '--out', values.out], { env, stdio: 'inherit' }).status ?? 1;
}
