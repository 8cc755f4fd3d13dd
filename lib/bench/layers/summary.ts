import type { Fallback, Layer, LayerSummary, Share } from './layer.js';

/**
 * What became of the nodes that a model asks to run in INT8.
 *
 * @param quantized - Names of these nodes; empty where there is no model to compare with.
 */
export function summarizeLayers(layers: readonly Layer[], quantized: readonly string[] = []): LayerSummary {
  const computing = layers.filter(({ isReformat }) => !isReformat);
  const groups = new Map<string, Layer[]>();
  for (const layer of computing) {
    const key = layer.precision ?? 'unknown';
    groups.set(key, [...(groups.get(key) ?? []), layer]);
  }
  const home = new Map(computing.flatMap((layer) => layer.nodes.map((node) => [node, layer] as const)));
  const int8: string[] = [];
  const fallbacks: Fallback[] = [];
  const unknown: string[] = [];
  for (const node of quantized) {
    const layer = home.get(node);
    if (layer === undefined || layer.precision === null) unknown.push(node);
    else if (layer.precision === 'INT8') int8.push(node);
    else fallbacks.push({ node, layer: layer.name, precision: layer.precision, medianMs: layer.medianMs });
  }
  return {
    layers: layers.length,
    byPrecision: Object.fromEntries([...groups].map(([precision, members]) => [precision, shareOf(members)])),
    reformats: shareOf(layers.filter(({ isReformat }) => isReformat)),
    int8,
    fallbacks,
    unknown,
  };
}

function shareOf(layers: readonly Layer[]): Share {
  const times = layers.flatMap(({ medianMs }) => (medianMs === null ? [] : [medianMs]));
  return { layers: layers.length, medianMs: times.length === 0 ? null : times.reduce((sum, time) => sum + time, 0) };
}
