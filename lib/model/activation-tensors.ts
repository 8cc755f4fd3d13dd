import type { Model } from './model.js';

/**
 * Every tensor that an implicit INT8 build of this model may want a scale for: its inputs and whatever a node makes, in order.
 * Which of them are float shows when the model runs; shapes and indices are among them.
 */
export function activationTensors(model: Model): string[] {
  const made = model.nodes.flatMap((node) => node.outputs.filter((name) => name !== ''));
  return [...new Set([...model.inputs.map(({ name }) => name), ...made])];
}
