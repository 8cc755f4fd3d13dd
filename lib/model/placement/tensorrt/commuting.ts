import { commutes, quantizedBeyond } from '../neighbours.js';
import { leave, quantize, type Rule } from '../rule.js';

/**
 * Quantization moves through operators that only move data, so they need none of their own. Max pooling and enlarging on a
 * parallel branch are the exception: their input is quantized for its other readers already, and takes the same scale here.
 */
export const commutingRule: Rule = (node, context) => {
  if (!commutes(node) || !context.facts.isActivation(node.inputs[0])) return undefined;
  const [input = ''] = node.inputs;
  const beyond = quantizedBeyond(node.outputs[0] ?? '', context);
  if (node.is('MaxPool', 'Resize') && beyond && context.draft.hasTensor(input)) {
    context.draft.addInput(node, 0);
    context.draft.tie([input, ...beyond]);
    return quantize(
      'parallel-branch',
      'Its input is quantized for other readers and its output is: one scale for all.',
    );
  }
  return beyond
    ? leave('commutes', 'It only moves data: the quantization of what reads it moves through.')
    : leave('moves-data', 'It only moves data, and what reads it takes float values.');
};

/** Linear enlarging computes new values; it stays float. */
export const resizeRule: Rule = (node) =>
  node.is('Resize', 'Upsample') ? leave('resize-interpolates', 'It interpolates, which is left in float.') : undefined;
