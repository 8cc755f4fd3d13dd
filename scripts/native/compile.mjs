import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);

/** Root of the package: where CMakeLists.txt is. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The CMake definitions of an ordinary build. In a clone: TensorRT's headers, as scripts/sdk finds them. At a user's, where scripts/sdk
 * is not installed: no errors for the warnings of compilers that came after this release.
 */
export async function defaultDefinitions() {
  const locate = path.join(root, 'scripts/sdk/locate.mjs');
  if (!existsSync(locate)) return ['-DCALIBRT_WARNINGS_AS_ERRORS=OFF'];
  const { sdkCMakeArguments } = await import(pathToFileURL(locate).href);
  return sdkCMakeArguments();
}

/** Where a build records the definitions it was configured with; written last, so it also tells that a build is whole. */
export function stampFile(out) {
  return path.join(out, 'calibrt-build.json');
}

/** What {@link stampFile} holds for these definitions. */
export function stampText(definitions) {
  return `${JSON.stringify({ definitions: [...definitions].sort() }, null, 2)}\n`;
}

/**
 * Compiles the addon with cmake-js into `OUT/Release`, with no download: the Node-API headers are a dependency.
 *
 * @param {object} options
 * @param {string[]} options.definitions `-DNAME=VALUE` arguments for CMake; a changed set configures afresh
 * @param {string} [options.out] build folder, default `build`
 */
export async function compile({ definitions, out = path.join(root, 'build') }) {
  const { BuildSystem } = require('cmake-js');
  const system = new BuildSystem({
    directory: root,
    out,
    parallel: String(availableParallelism()),
    cMakeOptions: Object.fromEntries(definitions.map(parseDefinition)),
  });
  // cmake-js takes this from `binary.napi_versions` in package.json; without it, it downloads Node's own headers.
  system.options.isNodeApi = true;

  const stamp = stampFile(out);
  const text = stampText(definitions);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== text) {
    // A definition that is no longer passed would live on in the cache.
    rmSync(path.join(out, 'CMakeCache.txt'), { force: true });
  }
  rmSync(stamp, { force: true });
  const start = new Date();
  await configure(system, out);
  await system.build();
  writeFileSync(stamp, text);
  // A source that was saved while the compiler ran is newer than the build.
  utimesSync(stamp, start, start);
}

async function configure(system, out) {
  const fresh = !existsSync(path.join(out, 'CMakeCache.txt'));
  try {
    await system.configure();
  } catch (error) {
    if (fresh) throw error;
    // The cache is from a folder that has moved since, or from another generator or compiler.
    rmSync(out, { recursive: true, force: true });
    await system.configure();
  }
}

function parseDefinition(argument) {
  const match = /^-D([^=]+)=(.*)$/s.exec(argument);
  if (match === null) throw new Error(`not a CMake definition: ${argument}`);
  return [match[1], match[2]];
}
