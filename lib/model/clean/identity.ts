import { constantOf } from '../constants.js';
import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';

/**
 * Removes operators that hand their input on: Identity, and Dropout as it is in inference. Graph outputs keep their names. One
 * that joins a graph input or constant with a graph output stays, as do those whose tensors a subgraph reads.
 * Returns the names of the removed nodes.
 */
export async function removeIdentities(graph: Graph): Promise<string[]> {
  const removed: string[] = [];
  for (const node of graph.nodes) {
    if ((node.is('Identity') || (await isIdleDropout(graph, node))) && bypass(graph, node)) removed.push(node.name);
  }
  return removed;
}

function bypass(graph: Graph, node: GraphNode): boolean {
  const [from = ''] = node.inputs;
  const [to = ''] = node.outputs;
  if (graph.usedInSubgraph(to)) return false;
  if (!graph.isOutput(to)) {
    graph.removeNodes(new Set([node]));
    graph.replaceUses(to, from);
    return true;
  }
  const producer = graph.producer(from);
  if (!producer || graph.isOutput(from) || graph.usedInSubgraph(from)) return false;
  graph.removeNodes(new Set([node]));
  producer.setOutputs(producer.outputs.map((name) => (name === from ? to : name)));
  graph.replaceUses(from, to);
  return true;
}

async function isIdleDropout(graph: Graph, node: GraphNode): Promise<boolean> {
  if (!node.is('Dropout')) return false;
  const [, mask = ''] = node.outputs;
  if (mask !== '' && (graph.consumers(mask).length > 0 || graph.isOutput(mask))) return false;
  const training = node.inputs[2];
  if (!training) return true;
  const constant = constantOf(graph, training);
  return constant !== undefined && (await constant.read()).data[0] === 0;
}
