#!/usr/bin/env node
// Stands in for node-gyp under prebuildify, which calls it as `node-gyp rebuild --target=… --arch=… --release`. One build serves all
// Node versions (Node-API), so the target does not matter; another architecture would need a cross compiler.
import { compile, sdkDefinitions } from './compile.mjs';

const arch = process.argv.find((argument) => argument.startsWith('--arch='))?.slice('--arch='.length);
if (arch !== undefined && arch !== process.arch) {
  console.error(`cannot build for ${arch} on ${process.arch}`);
  process.exit(1);
}
await compile({ definitions: [...(await sdkDefinitions()), '-DCALIBRT_STATIC_RUNTIME=ON'] });
