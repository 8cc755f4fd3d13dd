import type { NativeLayerSamples } from '../../native.js';
import type { LayerTime } from './timing-options.js';

/** The iterations that layers were timed in. */
export function iterationsOf(layers: readonly NativeLayerSamples[]): number {
  return layers[0]?.milliseconds.length ?? 0;
}

/** What trtexec says of each layer, computed in float32 as it does: the sum in the order of time, the middle of the sorted times. */
export function summarizeLayers(layers: readonly NativeLayerSamples[]): LayerTime[] {
  const sums = layers.map(({ milliseconds }) => milliseconds.reduce((sum, each) => Math.fround(sum + each), 0));
  const total = sums.reduce((sum, each) => Math.fround(sum + each), 0);
  return layers.map(({ name, milliseconds }, index) => {
    const timeMs = sums[index]!;
    return {
      name,
      timeMs,
      averageMs: milliseconds.length === 0 ? 0 : Math.fround(timeMs / milliseconds.length),
      medianMs: median(milliseconds),
      percentage: total === 0 ? 0 : Math.fround(Math.fround(timeMs / total) * 100),
    };
  });
}

function median(values: Float32Array): number {
  if (values.length === 0) return 0;
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return Math.fround(Math.fround(sorted[middle - 1]! + sorted[middle]!) / 2);
}
