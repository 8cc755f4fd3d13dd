import type { Model } from './model.js';

/**
 * The tensors that nodes from `position` on read of what comes before, and the outputs that are made before: all that a run of
 * the rest needs. Graph inputs among them; constants are not.
 */
export function tensorsAtCut(model: Model, position: number): string[] {
  const { graph } = model;
  const before = new Set([
    ...model.inputs.map(({ name }) => name),
    ...graph.nodes.slice(0, position).flatMap(({ outputs }) => outputs),
  ]);
  const wanted = new Set(model.outputs.map(({ name }) => name));
  for (const node of graph.nodes.slice(position)) {
    for (const name of [...node.inputs, ...(node.subgraphs?.outer ?? [])]) wanted.add(name);
  }
  return [...wanted].filter((name) => name !== '' && before.has(name));
}
