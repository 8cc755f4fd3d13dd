import type { SampleSummary } from '../data/index.js';

/** One line per input of the first sample, printed once so that wrong preprocessing is seen. */
export function describeSample(inputs: Readonly<Record<string, SampleSummary>>): string {
  return Object.entries(inputs)
    .map(([name, { dtype, shape, min, max, mean }]) => {
      const figures = [min, max, mean].map((value) => Number(value.toPrecision(4)));
      return `first sample: ${name} ${dtype} [${shape.join(', ')}], min ${figures[0]}, max ${figures[1]}, mean ${figures[2]}`;
    })
    .join('\n');
}

/** `12.3 dB`, or `exact` where nothing differs. */
export function formatDb(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(1)} dB` : value > 0 ? 'exact' : String(value);
}

/** A share as per cent, `97.81 %`. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** A figure in whatever unit, to five digits. */
export function formatFigure(value: number): string {
  return String(Number(value.toPrecision(5)));
}
