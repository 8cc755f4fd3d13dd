import type { Graph } from '../graph.js';

/** Writes the sum of two tensors as Add, the form that the rules for residual connections and integer kernels know. */
export function sumsToAdds(graph: Graph): void {
  for (const node of graph.nodes) if (node.is('Sum') && node.inputs.length === 2) node.setOpType('Add');
}
