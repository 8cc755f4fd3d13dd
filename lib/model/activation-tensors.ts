import type { Model } from './model.js';
import type { GraphNode } from './node.js';

/** What tells of a tensor's shape only: a builder knows it beforehand, and so all that is computed from it. */
const shapeOperators = new Set(['Shape', 'Size']);

/** What makes values of nothing, other ones in every run. */
const generators = new Set(['RandomNormal', 'RandomUniform']);

/**
 * Every tensor that an implicit INT8 build of this model may want a scale for, in order: its inputs and what nodes compute from
 * their values. What comes of constants or shapes alone is apart: TensorRT folds it and asks for no scale. Names are those of the file
 * as it is, before any cleaning. Which of them are float shows when the model runs; indices are among them.
 */
export function activationTensors(model: Model): string[] {
  const tensors = new Set(model.inputs.map(({ name }) => name));
  for (const node of model.nodes) {
    if (!isActivation(node, tensors)) continue;
    // '' is an optional output that is left out.
    for (const name of node.outputs) if (name !== '') tensors.add(name);
  }
  return [...tensors];
}

function isActivation(node: GraphNode, activations: ReadonlySet<string>): boolean {
  if (node.domain === '' && shapeOperators.has(node.opType)) return false;
  if (node.domain === '' && generators.has(node.opType)) return true;
  return [...node.inputs, ...(node.subgraphs?.outer ?? [])].some((name) => activations.has(name));
}
