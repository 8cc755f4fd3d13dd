import type { LayerTime } from '../../../backends/tensorrt/timing-options.js';

/** Lines of `=== Profile (N iterations ) ===`. */
export function profileLines(layers: readonly LayerTime[], iterations: number): string[] {
  const sum = (of: (layer: LayerTime) => number): number =>
    layers.reduce((total, layer) => Math.fround(total + of(layer)), 0);
  const total = sum(({ timeMs }) => timeMs);
  return [
    '',
    `=== Profile (${iterations} iterations ) ===`,
    '   Time(ms)     Avg.(ms)   Median(ms)   Time(%)   Layer',
    ...layers
      .filter(({ timeMs }) => timeMs !== 0)
      .map((layer) => row(layer.timeMs, layer.averageMs, layer.medianMs, layer.percentage, layer.name)),
    row(
      total,
      Math.fround(total / iterations),
      sum(({ medianMs }) => medianMs),
      100,
      'Total',
    ),
    '',
  ];
}

function row(timeMs: number, averageMs: number, medianMs: number, percentage: number, name: string): string {
  return [
    timeMs.toFixed(2).padStart(11),
    averageMs.toFixed(4).padStart(13),
    medianMs.toFixed(4).padStart(13),
    percentage.toFixed(1).padStart(10),
    `   ${name}`,
  ].join('');
}
