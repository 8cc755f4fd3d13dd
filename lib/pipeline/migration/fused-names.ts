import type { Graph, GraphNode } from '../../model/index.js';

/** What TensorRT appends to the name of a layer where it names that layer's output. */
const suffixes = ['_out_tensor', '_output', ' output', ''];

/**
 * The tensor that a name of TensorRT's stands for which it made up of those of fused nodes: `conv1 + relu1_out_tensor` is what `relu1`
 * makes. Only a chain is taken, each of whose results the next node alone reads, so that nothing but the last one's leaves it;
 * `undefined` for every other name.
 */
export function fusedOutput(graph: Graph, name: string): string | undefined {
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  for (const suffix of suffixes) {
    if (!name.endsWith(suffix)) continue;
    const parts = name.slice(0, name.length - suffix.length).split(' + ');
    const nodes = parts.map((part) => byName.get(part));
    if (nodes.every((node) => node !== undefined)) return outputOfChain(graph, nodes);
  }
  return undefined;
}

function outputOfChain(graph: Graph, nodes: readonly GraphNode[]): string | undefined {
  const outputs = nodes.map((node) => (node.outputs.length === 1 ? node.outputs[0] : undefined));
  const isChain = nodes.slice(1).every((node, index) => {
    const tensor = outputs[index];
    if (tensor === undefined || graph.isOutput(tensor)) return false;
    const readers = graph.consumers(tensor);
    return readers.length === 1 && readers[0] === node;
  });
  return isChain ? outputs.at(-1) : undefined;
}
