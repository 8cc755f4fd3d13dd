import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';

/** Removes nodes that lead to no graph output. Returns their names. */
export function removeDeadNodes(graph: Graph): string[] {
  const dead = new Set<GraphNode>();
  // Backwards, so that what only dead nodes read is dead when its turn comes. Graphs out of order keep some: harmless.
  for (const node of [...graph.nodes].reverse()) {
    const used = node.outputs.some(
      (name) => name !== '' && (graph.isOutput(name) || graph.consumers(name).some((consumer) => !dead.has(consumer))),
    );
    if (!used) dead.add(node);
  }
  graph.removeNodes(dead);
  return [...dead].map((node) => node.name);
}

/** Drops constants that nothing reads. Returns how many. */
export function dropUnusedInitializers(graph: Graph): number {
  const unused = [...graph.initializers.keys()].filter(
    (name) => graph.consumers(name).length === 0 && !graph.isOutput(name) && !graph.isInput(name),
  );
  for (const name of unused) graph.removeInitializer(name);
  return unused.length;
}

/** Drops the stated types of tensors that are no more. */
export function dropStaleValues(graph: Graph): void {
  const kept = graph.values.filter(
    ({ name }) => graph.producer(name) !== undefined || graph.initializers.has(name) || graph.sparse.includes(name),
  );
  if (kept.length < graph.values.length) graph.setValues(kept);
}
