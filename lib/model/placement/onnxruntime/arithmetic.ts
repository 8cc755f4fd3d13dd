import { quantize, type Rule } from '../rule.js';
import { quantizeTensor, resultOf } from './quantized-tensor.js';

const kernels = new Set(['Add', 'AveragePool', 'Concat', 'GlobalAveragePool', 'LeakyRelu', 'Mul', 'Sigmoid']);

/** These have integer kernels, which pay off where the values come quantized already. */
export const arithmeticRule: Rule = (node, context) => {
  if (node.domain !== '' || !kernels.has(node.opType)) return undefined;
  const { facts, draft } = context;
  if (!node.inputs.every((input) => facts.isActivation(input))) return undefined;
  if (!node.inputs.some((input) => draft.hasTensor(input))) return undefined;
  for (const input of node.inputs) quantizeTensor(input, context);
  quantizeTensor(resultOf(node.outputs[0] ?? '', context), context);
  return quantize(
    'integer-kernel',
    'Its input is quantized and it has an integer kernel: input and result are quantized.',
  );
};
