// Does whatever set-up is missing, each step only when needed: the TensorRT-RTX SDK (optional: without it the RTX tests and plans are
// skipped by name), the native addon with the bridges that the SDK allows, the TypeScript build.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setupSdk } from './sdk/setup.mjs';

await setupSdk({ quiet: process.argv.includes('--quiet') });
const build = fileURLToPath(new URL('build.mjs', import.meta.url));
process.exitCode = spawnSync(process.execPath, [build], { stdio: 'inherit' }).status ?? 1;
