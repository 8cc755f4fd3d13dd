import { leave, type Rule } from '../rule.js';

const floatOnly = new Set(
  (
    'BatchNormalization Erf Exp GRU Gelu GroupNormalization InstanceNormalization LRN LSTM LayerNormalization LogSoftmax MeanVarianceNormalization ' +
    'RNN Softmax'
  ).split(' '),
);

/** What no other rule took stays as it is. */
export const restRule: Rule = (node, { facts }) => {
  if (node.is('QuantizeLinear', 'DequantizeLinear')) {
    return leave('already-quantized', 'It is a quantization that the model brought along.');
  }
  if (node.domain !== '') return leave('unknown-operator', `Operators of domain ${node.domain} are left alone.`);
  if (node.subgraphs) return leave('control-flow', 'Control flow is left alone.');
  if (floatOnly.has(node.opType)) {
    return leave('float-operator', `${node.opType} loses accuracy in INT8 and gains no speed.`);
  }
  if (!node.inputs.some((input) => facts.isActivation(input))) {
    return leave('no-activation', 'It computes no float activation from another.');
  }
  return leave('not-weighted', 'It has no weights: INT8 on both sides would only add conversions.');
};
