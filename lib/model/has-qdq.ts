import type { Graph } from './graph.js';

/** Whether a model brings scales of its own: any QuantizeLinear or DequantizeLinear. */
export function hasQdq({ nodes }: Pick<Graph, 'nodes'>): boolean {
  return nodes.some((node) => node.is('QuantizeLinear', 'DequantizeLinear'));
}
