import type { Layer, LayerSummary, Share } from '../bench/layers/layer.js';
import { shortened } from './bench/figures-table.js';
import { milliseconds } from './bench/units.js';
import { table } from './table.js';

const LISTED = 20;

const LISTED_FALLBACKS = 10;

/** The slowest layers (the first, where none was timed), and which nodes run in what. */
export function layersText(
  layers: readonly Layer[],
  summary: LayerSummary,
  { title, width }: { readonly title: string; readonly width: number },
): string {
  const total = layers.reduce((sum, { medianMs }) => sum + (medianMs ?? 0), 0);
  const timed = total > 0;
  const shown = timed ? [...layers].sort((a, b) => (b.medianMs ?? 0) - (a.medianMs ?? 0)) : layers;
  const rows = shown
    .slice(0, LISTED)
    .map(({ name, operator, precision, medianMs, isReformat, nodes }) => [
      ...(timed ? [medianMs === null ? '' : milliseconds(medianMs), share(medianMs ?? 0, total)] : []),
      isReformat ? 'reformat' : (precision ?? ''),
      operator,
      shortened(nodes.length > 0 && !isReformat ? nodes.join(' + ') : name, Math.max(20, width - (timed ? 48 : 30))),
    ]);
  const more = layers.length > LISTED ? [`and ${layers.length - LISTED} more layers (--json lists all)`] : [];
  const head = [...(timed ? ['time', ''] : []), 'runs in', 'operator', 'nodes'];
  return [
    `${title}: ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}`,
    table(rows, head),
    ...more,
    '',
    layerSummaryText(summary),
  ].join('\n');
}

/** How much runs in what, and what should run in INT8 and does not. */
export function layerSummaryText({ byPrecision, reformats, int8, fallbacks, unknown }: LayerSummary): string {
  const shares = Object.entries(byPrecision).map(([precision, part]): string[] => [precision, ...shareCells(part)]);
  const rows = [...shares, ...(reformats.layers === 0 ? [] : [['reformats', ...shareCells(reformats)]])];
  const asked = int8.length + fallbacks.length + unknown.length;
  return [
    table(rows),
    ...(asked === 0 ? [] : [`${int8.length} of the ${asked} nodes that Q/DQ asks to run in INT8 do`]),
    ...fallbacks.slice(0, LISTED_FALLBACKS).map(({ node, precision, layer, medianMs }) => {
      const time = medianMs === null ? '' : `, ${milliseconds(medianMs)}`;
      return `not in INT8: ${node} runs in ${precision}${time}${layer === node ? '' : ` (layer ${layer})`}`;
    }),
    ...(fallbacks.length > LISTED_FALLBACKS
      ? [`and ${fallbacks.length - LISTED_FALLBACKS} more (--json lists all)`]
      : []),
    ...(unknown.length === 0 ? [] : [`not found among the layers, or of a precision not told: ${list(unknown)}`]),
  ].join('\n');
}

function shareCells({ layers, medianMs }: Share): string[] {
  return [`${layers} ${layers === 1 ? 'layer' : 'layers'}`, medianMs === null ? '' : milliseconds(medianMs)];
}

function share(time: number, total: number): string {
  return `${((time / total) * 100).toFixed(1)} %`;
}

function list(names: readonly string[]): string {
  const more = names.length > LISTED ? [`and ${names.length - LISTED} more`] : [];
  return [...names.slice(0, LISTED), ...more].join(', ');
}
