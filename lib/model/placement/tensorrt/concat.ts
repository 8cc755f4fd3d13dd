import { quantizedBeyond } from '../neighbours.js';
import { leave, quantize, type Rule } from '../rule.js';

/**
 * Where all readers of a concatenation take it quantized, its inputs are quantized with the scale of its output: the conversions
 * in between cancel. The price is that the input with the largest range decides the resolution of all.
 */
export const concatRule: Rule = (node, context) => {
  if (!node.is('Concat')) return undefined;
  const { facts, draft } = context;
  const beyond = quantizedBeyond(node.outputs[0] ?? '', context);
  const activations = node.inputs.filter((input) => facts.isActivation(input));
  if (activations.length === 0) return undefined;
  if (!beyond) return leave('concat-before-float', 'Not everything that reads it takes quantized values.');
  if (activations.length < node.inputs.length) {
    return leave('concat-with-constants', 'It joins activations with constants, which have no range of their own.');
  }
  node.inputs.forEach((_, index) => {
    draft.addInput(node, index);
  });
  draft.tie([...node.inputs, ...beyond]);
  return quantize(
    'concat-one-scale',
    `Its ${node.inputs.length} inputs and its output share one scale; the widest of them sets the resolution of all.`,
  );
};
