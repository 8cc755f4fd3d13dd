import type { Tensor } from '../../data/tensor.js';
import { float32, int64 } from '../constants.js';
import type { Graph } from '../graph.js';
import { Initializer } from '../initializer.js';
import type { GraphNode } from '../node.js';

/** Turns `Constant` nodes into initializers, those apart that are a graph output themselves. Returns how many. */
export function constantsToInitializers(graph: Graph): number {
  const gone = new Set<GraphNode>();
  for (const node of graph.nodes) {
    const [output = ''] = node.outputs;
    if (!node.is('Constant') || graph.isOutput(output)) continue;
    const initializer = toInitializer(node, output);
    if (!initializer) continue;
    gone.add(node);
    graph.setInitializer(initializer);
  }
  graph.removeNodes(gone);
  return gone.size;
}

function toInitializer(node: GraphNode, name: string): Initializer | undefined {
  const tensor = node.tensor('value');
  if (tensor) return tensor.renamed(name);
  const value = plainValue(node);
  return value && Initializer.create(name, value);
}

function plainValue(node: GraphNode): Tensor | undefined {
  const float = node.float('value_float') ?? node.floats('value_floats');
  if (float !== undefined) return float32(float);
  const ints = node.bigints('value_ints');
  if (ints) return int64(ints);
  const int = node.attributes.get('value_int');
  return int?.type === 'int' ? { dtype: 'int64', shape: [], data: BigInt64Array.of(int.value) } : undefined;
}
