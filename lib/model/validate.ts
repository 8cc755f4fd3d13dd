import type { Graph } from './graph.js';

/**
 * Checks what every later step relies on: names are there and unique, and whatever is read exists.
 *
 * @throws Error saying what is wrong; {@link openModel} adds the file.
 */
export function validateGraph(graph: Graph): void {
  const known = new Set<string>([...graph.initializers.keys(), ...graph.sparse]);
  if (known.has('')) throw new Error('an initializer has no name');
  for (const { name } of graph.inputs) known.add(name);
  for (const node of graph.nodes) {
    for (const name of node.outputs) {
      if (name === '') continue;
      if (known.has(name)) throw new Error(`tensor "${name}" is defined twice, the second time by node "${node.name}"`);
      known.add(name);
    }
  }
  for (const node of graph.nodes) {
    const read = [...node.inputs, ...(node.subgraphs?.outer ?? [])];
    const missing = read.find((name) => name !== '' && !known.has(name));
    if (missing !== undefined)
      throw new Error(`node "${node.name}" (${node.opType}) reads "${missing}", which nothing makes`);
  }
  const dangling = graph.outputs.find(({ name }) => !known.has(name));
  if (dangling) throw new Error(`nothing makes the graph output "${dangling.name}"`);
  if (graph.outputs.length === 0) throw new Error('the graph has no output');
}
