// Runs a script again in a process that finds the test double of TensorRT 10 and of the CUDA driver, and nothing else of NVIDIA's.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * True in that process; elsewhere the script is run there, with these settings of the double and these flags of Node, and its exit status
 * is taken over.
 */
export function onDouble(script, settings = '', flags = []) {
  if (process.env.CALIBRT_DOUBLE !== undefined) return true;
  const build = [join(root, 'test/native/double/build.mjs')];
  const folder = execFileSync(process.execPath, build, { encoding: 'utf8' }).trim();
  const env = {
    ...process.env,
    CALIBRT_DOUBLE: ['devices=sm86', settings].filter((part) => part !== '').join(';'),
    LD_LIBRARY_PATH: join(folder, 'cuda-current'),
    TENSORRT_ROOT: join(folder, '10'),
    TENSORRT_RTX_ROOT: join(folder, 'nothing'),
  };
  const argv = [...process.execArgv, ...flags, fileURLToPath(script), ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, argv, { env, stdio: 'inherit' }).status ?? 1;
  return false;
}
