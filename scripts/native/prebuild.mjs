// Makes prebuilds/PLATFORM-ARCH with prebuildify: the addon and the TensorRT bridges that the SDK's headers allow. Compiles with
// cmake-js in the place of node-gyp. Takes build/Release over: run `npm run build:native` afterwards.
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { root } from './compile.mjs';

const prebuildify = promisify(createRequire(import.meta.url)('prebuildify'));

// prebuildify packs every shared library of build/Release, also those of a flavour that is no longer built.
rmSync(path.join(root, 'build'), { recursive: true, force: true });
await prebuildify({
  cwd: root,
  napi: true,
  targets: [process.versions.node],
  tagLibc: true,
  strip: true,
  nodeGyp: fileURLToPath(new URL('node-gyp.mjs', import.meta.url)),
});
