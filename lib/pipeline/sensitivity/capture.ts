import type { Model, Placement } from '../../model/index.js';
import type { CaptureSet } from '../calibration/statistics.js';

/**
 * What is captured for trials of several placements: beside the tensors that Q/DQ needs now, whatever else quantized nodes read, for
 * where a node is left out, another input of an addition may be the one to quantize.
 */
export function trialCapture(model: Model, placement: Placement): CaptureSet {
  const quantized = new Set(placement.nodes.filter((node) => node.quantized).map(({ node }) => node));
  const tensors = new Set(placement.activations.map(({ tensor }) => tensor));
  for (const { name, inputs } of model.nodes) {
    if (!quantized.has(name)) continue;
    for (const input of inputs) if (input !== '' && !model.initializers.has(input)) tensors.add(input);
  }
  return { model, placement, tensors: [...tensors], skipOtherTypes: true };
}
