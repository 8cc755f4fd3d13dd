import type { GraphNode } from '../../node.js';
import { leave, quantize, type Rule, type RuleContext } from '../rule.js';
import { gemmAxis, markWeights, obstacle } from '../weights.js';
import { quantizeTensor, resultOf } from './quantized-tensor.js';

/** Operators with weights have an integer kernel: input, weights, bias and result are quantized. */
export const weightedRule: Rule = (node, context) => {
  if (!node.is('Conv', 'Gemm', 'MatMul')) return undefined;
  const { facts, draft } = context;
  if (node.is('MatMul') && facts.isActivation(node.inputs[0]) && facts.isActivation(node.inputs[1])) {
    quantizeTensor(node.inputs[0], context);
    quantizeTensor(node.inputs[1], context);
    quantizeTensor(node.outputs[0] ?? '', context);
    return quantize('product', 'Both factors are activations: they and the result are quantized.');
  }
  const no = obstacle(node, context);
  if (no) return no;
  if (node.is('Gemm') && (node.float('alpha', 1) !== 1 || node.float('beta', 1) !== 1 || node.int('transA', 0) !== 0)) {
    return leave('scaled-gemm', 'The integer kernel takes no transposed input, and neither alpha nor beta.');
  }
  quantizeTensor(node.inputs[0] ?? '', context);
  markWeights(node, 1, channelAxis(node, context), context);
  const [input = '', weight = '', bias] = node.inputs;
  if (facts.isWeight(bias) && facts.shape(bias)?.length === 1) {
    draft.addBias({ tensor: bias, edge: { node: node.name, input: 2 }, activation: input, weight });
  }
  quantizeTensor(resultOf(node.outputs[0] ?? '', context), context);
  return quantize('weighted', 'It has weights: input, weights, bias and result are quantized for its integer kernel.');
};

function channelAxis(node: GraphNode, { facts }: RuleContext): number | undefined {
  if (node.is('Conv')) return 0;
  if (node.is('Gemm')) return gemmAxis(node);
  return facts.shape(node.inputs[1])?.length === 2 ? 1 : undefined;
}
