// Runs on `npm install`, also at a user's: a prebuilt or existing binary that loads is all that is needed, else the addon is compiled.
// Uses nothing but ordinary dependencies: no devDependencies, no Python.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { compile, root, defaultDefinitions } from './native/compile.mjs';

const require = createRequire(import.meta.url);

if (!loads()) {
  const missing = missingTools();
  if (missing.length > 0) {
    fail(
      `no prebuilt binary fits ${process.platform}-${process.arch}, and it cannot be compiled here: missing ${missing.join(', ')}.`,
      'Install them (Debian, Ubuntu: apt install g++ cmake make; Fedora: dnf install gcc-c++ cmake make) and run `npm install` again.',
    );
  }
  try {
    await compile({ definitions: await defaultDefinitions() });
  } catch (error) {
    fail(
      `compiling the native addon failed: ${error.message}. The compiler's messages are above.`,
      'It needs a C++20 compiler (gcc 11, clang 14 or newer) and CMake 3.18 or newer.',
    );
  }
  if (!loads()) fail('the native addon was compiled but does not load.', 'Please report this with the output above.');
}

/** Whether a binary is there, loads on this machine, and is of the surface that these sources have. */
function loads() {
  try {
    return require('node-gyp-build')(root).surface === sourceSurface();
  } catch {
    return false;
  }
}

function sourceSurface() {
  const header = readFileSync(path.join(root, 'native/addon/register.h'), 'utf8');
  return Number(/kSurfaceVersion = (\d+);/.exec(header)?.[1]);
}

function missingTools() {
  const runs = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
  const compilers = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  const needed = [
    ['a C++ compiler', compilers],
    ['CMake', ['cmake']],
    ['make or ninja', ['ninja', 'make']],
  ];
  return needed.filter(([, commands]) => !commands.some(runs)).map(([name]) => name);
}

function fail(what, remedy) {
  console.error(`calibrt: ${what}\ncalibrt: ${remedy}`);
  process.exit(1);
}
