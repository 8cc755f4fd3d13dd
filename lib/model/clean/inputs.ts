import type { Model } from '../model.js';

/** The first file format that lets a weight be no input. */
const irWithoutWeightInputs = 4;

/** Takes the weights out of the list of graph inputs, where old models had to repeat them. Returns how many there were. */
export function dropWeightInputs(model: Model): number {
  const { graph } = model;
  const repeated = graph.inputs.length - graph.feeds.length;
  if (repeated > 0) {
    graph.setInputs(graph.feeds);
    model.irVersion = Math.max(model.irVersion, irWithoutWeightInputs);
  }
  return repeated;
}
