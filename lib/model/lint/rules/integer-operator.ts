import type { LintRule } from '../rule.js';

const integer = new Set(
  (
    'ConvInteger DynamicQuantizeLinear DynamicQuantizeLSTM DynamicQuantizeMatMul MatMulInteger MatMulIntegerToFloat MatMulNBits QAttention ' +
    'QEmbedLayerNormalization QGemm QLinearAdd QLinearAveragePool QLinearConcat QLinearConv QLinearGlobalAveragePool QLinearLeakyRelu ' +
    'QLinearMatMul QLinearMul QLinearReduceMean QLinearSigmoid QLinearSoftmax QLinearWhere'
  ).split(' '),
);

/** Operators on integers are ONNX Runtime's own way; TensorRT finds INT8 by Q/DQ around float operators. */
export const integerOperator: LintRule = {
  name: 'integer-operator',
  severity: 'error',
  asks: 'INT8 is written as Q/DQ around float operators, with ranges known beforehand.',
  consequence: 'The parser has no importer for the operator.',

  check: ({ graph }) =>
    graph.nodes
      .filter(({ opType }) => integer.has(opType))
      .map(({ name, opType }) => ({
        node: name,
        message: `${opType} computes on integers${/Dynamic|Integer/.test(opType) ? ' of ranges found at run time' : ''}: quantize to the Q/DQ format, statically`,
      })),
};
