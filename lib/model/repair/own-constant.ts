import type { Graph } from '../graph.js';
import { Initializer } from '../initializer.js';
import type { GraphNode } from '../node.js';

/** The values of a float32 constant that a node reads, free to be changed; `undefined` where the input is none. */
export async function readFloats(graph: Graph, node: GraphNode, input: number): Promise<Float32Array | undefined> {
  const name = node.inputs[input] ?? '';
  const constant = graph.initializers.get(name);
  if (constant?.dtype !== 'float32' || graph.isInput(name)) return undefined;
  return Float32Array.from((await constant.read()).data as Float32Array);
}

/**
 * Gives a node other values at a constant input: under the same name where nobody else reads it, else as a copy of its own. An input
 * that is left out gets a constant named for the node's result.
 */
export function writeFloats(
  graph: Graph,
  node: GraphNode,
  input: number,
  data: Float32Array,
  shape: readonly number[],
): void {
  const current = node.inputs[input] ?? '';
  const uses = node.inputs.filter((name) => name === current).length;
  const isOwn = current !== '' && uses === 1 && graph.consumers(current).length === 1 && !graph.isOutput(current);
  const base = current === '' ? `${node.outputs[0] ?? node.name}_bias` : `${current}_repaired`;
  const name = isOwn ? current : graph.uniqueName(base);
  graph.setInitializer(Initializer.create(name, { dtype: 'float32', shape, data }));
  if (!isOwn) node.setInput(input, name);
}
