import type { Edge, Placement } from './types.js';

/**
 * A placement at some nodes only: Q/DQ where those read, weights that those read, and nothing else. No rule is asked: for trials
 * of what a part of the quantization costs, not for a graph that is to be fast.
 */
export function restrictPlacement(placement: Placement, nodes: ReadonlySet<string>): Placement {
  const kept = <T extends { readonly edges: readonly Edge[] }>(points: readonly T[]): T[] =>
    points
      .map((point) => ({ ...point, edges: point.edges.filter(({ node }) => nodes.has(node)) }))
      .filter(({ edges }) => edges.length > 0);
  const activations = kept(placement.activations).map((point) => ({ ...point, output: false }));
  const present = new Set(activations.map(({ tensor }) => tensor));
  return {
    ...placement,
    nodes: placement.nodes.map((decision) => ({
      ...decision,
      quantized: decision.quantized && nodes.has(decision.node),
    })),
    activations,
    weights: kept(placement.weights),
    biases: placement.biases.filter(({ edge }) => nodes.has(edge.node)),
    groups: placement.groups
      .map((group) => group.filter((tensor) => present.has(tensor)))
      .filter((group) => group.length > 1),
  };
}

/** What a placement does at each node, as text to compare: nodes with equal texts compute the same on the same tensors. */
export function placementByNode(placement: Placement): ReadonlyMap<string, string> {
  const found = new Map<string, string[]>();
  const note = (node: string, text: string): void => {
    const list = found.get(node);
    if (list) list.push(text);
    else found.set(node, [text]);
  };
  const groupOf = new Map(placement.groups.flatMap((group) => group.map((tensor) => [tensor, group.join()] as const)));
  for (const { tensor, edges } of placement.activations) {
    for (const { node, input } of edges) note(node, `activation ${input} ${groupOf.get(tensor) ?? tensor}`);
  }
  for (const { tensor, edges, axis } of placement.weights) {
    for (const { node, input } of edges) note(node, `weight ${input} ${tensor} ${axis}`);
  }
  for (const { edge, tensor } of placement.biases) note(edge.node, `bias ${tensor}`);
  return new Map([...found].map(([node, texts]) => [node, texts.sort().join('; ')]));
}
