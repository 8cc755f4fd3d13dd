import type { Placement } from './types.js';

/** One row of the dry run: a node, the verdict and its reason. */
export interface PlacementRow {
  readonly node: string;
  readonly opType: string;
  readonly quantized: boolean;
  readonly rule: string;
  readonly reason: string;
  /** Tensors that reach the node quantized. */
  readonly activations: readonly string[];
  /** Constants that reach it as INT8, with the axis of their scales. */
  readonly weights: readonly string[];
}

/** What a placement does to every node, for `--dry-run`. */
export function explainPlacement(placement: Placement): PlacementRow[] {
  const activations = new Map<string, string[]>();
  const weights = new Map<string, string[]>();
  const note = (map: Map<string, string[]>, node: string, text: string): void => {
    const list = map.get(node);
    if (list) list.push(text);
    else map.set(node, [text]);
  };
  for (const { tensor, edges } of placement.activations) for (const { node } of edges) note(activations, node, tensor);
  for (const { tensor, edges, axis, channels } of placement.weights) {
    const text = axis === undefined ? `${tensor} (one scale)` : `${tensor} (${channels} scales, axis ${axis})`;
    for (const { node } of edges) note(weights, node, text);
  }
  return placement.nodes.map((decision) => ({
    ...decision,
    activations: activations.get(decision.node) ?? [],
    weights: weights.get(decision.node) ?? [],
  }));
}
