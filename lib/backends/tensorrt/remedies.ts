import type { FlavourTraits } from './flavours.js';

/** How to get a library that was not found. */
export function libraryRemedy(traits: FlavourTraits): string {
  const named = `set ${traits.rootVariable} to an installation (libraries in lib/)`;
  if (traits.flavour === 'rtx') {
    return `install TensorRT-RTX: \`pip install tensorrt-rtx-cu13-libs\`, or \`npm run setup\` in a clone of calibrt, or ${named}`;
  }
  return `install ${traits.name} and put it on the loader path, or ${named}`;
}

/** How to get a bridge that was not built. */
export function bridgeRemedy(traits: FlavourTraits): string {
  return (
    `set ${traits.rootVariable} to an installation with its headers in include/, or run \`npm run setup\` in a clone ` +
    'of calibrt, then `npm run build:native`'
  );
}

/** What can be done on a machine without a GPU. */
export const noGpuRemedy =
  'use a machine with an NVIDIA GPU and its driver; without one, TensorRT-RTX builds for named targets ' +
  '(`targets: ["sm86", "sm89", "sm120"]`; --target sm86,sm89,sm120), with weights that stay in the plan';
