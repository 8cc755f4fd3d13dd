#!/usr/bin/env node
// Stands in for node-gyp under prebuildify, which calls it as `node-gyp rebuild --target=… --arch=… --release`. One build serves all
// Node versions (Node-API), so the target does not matter; another architecture would need a cross compiler.
import { compile, defaultDefinitions } from './compile.mjs';

const arch = process.argv.find((argument) => argument.startsWith('--arch='))?.slice('--arch='.length);
if (arch !== undefined && arch !== process.arch) {
  console.error(`cannot build for ${arch} on ${process.arch}`);
  process.exit(1);
}
// The C++ runtime stays shared: Node needs it anyway, and a static one drags in the newest symbols of this machine's C library.
await compile({ definitions: await defaultDefinitions() });
