import type { Model, Placement } from '../../../model/index.js';
import { symmetricRange, type CalibrationTable } from '../../../tables/index.js';

const pools = ['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'LpPool'];

/**
 * The ranges that trtexec 10 gives an INT8 network that comes with none: 2 for the inputs of the network and the outputs of pools, 4 for
 * everything else, and for an input that a Concat reads first. Right for timing, meaningless for results.
 */
export function placeholderTable({ graph, inputs }: Model, { activations }: Placement): CalibrationTable {
  const inputNames = new Set(inputs.map(({ name }) => name));
  const amax = (tensor: string): number => {
    if (inputNames.has(tensor)) return graph.nodes.find((node) => node.inputs.includes(tensor))?.is('Concat') ? 4 : 2;
    return pools.some((pool) => graph.producer(tensor)?.is(pool)) ? 2 : 4;
  };
  return {
    method: 'placeholder',
    tensors: Object.fromEntries(activations.map(({ tensor }) => [tensor, symmetricRange(amax(tensor))])),
  };
}
