import { fileURLToPath } from 'node:url';
import { locateTensorRt, type OptimizationProfile } from '#lib/backends/tensorrt/index.js';
import { native } from '#lib/native.js';

/** Why the real TensorRT-RTX cannot be tested here; empty where it can. */
export const withoutRtx = reason();

/** Appended to the names of tests that need it, so that a skipped one says why. */
export const needsRtx = withoutRtx === '' ? '' : ` (skipped: ${withoutRtx})`;

function reason(): string {
  if (!native().openTensorRtBridge('rtx').ok) return 'the TensorRT-RTX bridge was not built';
  return locateTensorRt('rtx').found === undefined ? 'the TensorRT-RTX library is not here' : '';
}

/** Path of a model made by test/fixtures/make_tiny_models.py. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
}

/** Ranges for the one dynamic dimension of tiny-cnn-qdq.onnx. */
export const batchProfile: OptimizationProfile = {
  image: { min: [1, 3, 16, 16], opt: [4, 3, 16, 16], max: [8, 3, 16, 16] },
};
