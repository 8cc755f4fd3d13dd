import { comesFromQuantized, quantizedBeyond } from '../neighbours.js';
import { leave, quantize, type Rule } from '../rule.js';

/** Averages fuse with the conversions on both sides, so they are quantized where the operators on both sides are. */
export const averagePoolRule: Rule = (node, context) => {
  if (!node.is('AveragePool', 'GlobalAveragePool')) return undefined;
  const [input = ''] = node.inputs;
  if (!quantizedBeyond(node.outputs[0] ?? '', context)) {
    return leave('pool-before-float', 'What reads it takes float values, so it stays float.');
  }
  if (!comesFromQuantized(input, context)) return leave('pool-after-float', 'Its input comes from a float operator.');
  context.draft.addInput(node, 0);
  return quantize('pool-between-quantized', 'The operators on both sides are quantized, so it computes in INT8 too.');
};
