import { createRequire } from 'node:module';

/** Version of the installed onnxruntime-node, or null where there is none; reads its package.json, loads nothing. */
export function onnxRuntimeVersion(): string | null {
  try {
    const require = createRequire(import.meta.url);
    return (require('onnxruntime-node/package.json') as { version: string }).version;
  } catch {
    return null;
  }
}
