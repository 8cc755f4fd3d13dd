import type { Graph } from '../../model/index.js';

/** Operators whose result holds the very values of their first input, each as often. */
const rearranges = [
  'DepthToSpace',
  'Dropout',
  'Flatten',
  'Identity',
  'Reshape',
  'SpaceToDepth',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
] as const;

/**
 * Finds the tensors that hold the same values as a given one, nearest first: what nodes make of it that only rearrange values, and what
 * it is made of by such. The range of any of them is that of all.
 */
export function sameValues(graph: Graph): (tensor: string) => string[] {
  return (tensor) => {
    // A set can be added to while it is walked.
    const reached = new Set([tensor]);
    for (const current of reached) {
      const producer = graph.producer(current);
      if (producer?.is(...rearranges) && producer.inputs[0]) reached.add(producer.inputs[0]);
      for (const node of graph.consumers(current)) {
        if (node.is(...rearranges) && node.inputs[0] === current && node.outputs[0]) reached.add(node.outputs[0]);
      }
    }
    return [...reached].slice(1);
  };
}
