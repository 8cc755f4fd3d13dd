import { leave, quantize, type Rule } from '../rule.js';

/** An activation function that vanishes into the rounding after it, and what has no integer kernel. */
export const restRule: Rule = (node, { facts, draft }) => {
  const [input = ''] = node.inputs;
  const [output = ''] = node.outputs;
  if (node.is('Relu', 'Clip') && draft.hasTensor(output) && draft.isQuantized(facts.graph.producer(input))) {
    return quantize('clips-before-rounding', 'The quantization after it clips the same values, so it costs nothing.');
  }
  if (node.is('QuantizeLinear', 'DequantizeLinear')) {
    return leave('already-quantized', 'It is a quantization that the model brought along.');
  }
  if (node.domain !== '') return leave('unknown-operator', `Operators of domain ${node.domain} are left alone.`);
  if (node.subgraphs) return leave('control-flow', 'Control flow is left alone.');
  if (!node.inputs.some((name) => facts.isActivation(name))) {
    return leave('no-activation', 'It computes no float activation from another.');
  }
  return leave('no-integer-kernel', 'It has no integer kernel worth using, or its input is not quantized.');
};
