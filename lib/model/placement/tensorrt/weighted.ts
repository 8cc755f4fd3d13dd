import type { GraphNode } from '../../node.js';
import { leave, quantize, type Rule, type RuleContext } from '../rule.js';
import type { Verdict } from '../types.js';
import { gemmAxis, markWeights, obstacle } from '../weights.js';
import { matrixLimit } from './matrix-limits.js';

const weighted = quantize(
  'weighted',
  'It has weights: its input and weights are quantized, its bias and output stay float so that what follows can fuse.',
);

/** Operators with weights compute in INT8 when all their inputs are quantized. */
export const weightedRule: Rule = (node, context) => {
  if (node.is('Conv', 'ConvTranspose')) return convolution(node, context);
  if (node.is('Gemm')) return gemm(node, context);
  return node.is('MatMul') ? matMul(node, context) : undefined;
};

function convolution(node: GraphNode, context: RuleContext): Verdict {
  const { draft } = context;
  if (node.is('ConvTranspose') && node.int('group', 1) > 1) {
    return leave('grouped-deconvolution', 'TensorRT may reject a grouped ConvTranspose in INT8.');
  }
  const no = obstacle(node, context);
  if (no) return no;
  const pad = padBefore(node, context);
  draft.addInput(pad ?? node, 0);
  markWeights(node, 1, node.is('Conv') ? 0 : 1, context);
  if (pad) {
    draft.decide(
      pad,
      quantize(
        'pad-before-conv',
        'The quantization goes in front of the padding, so that it fuses with the convolution.',
      ),
    );
  }
  return weighted;
}

/** The padding with zeros that only this convolution reads. */
function padBefore(node: GraphNode, { facts, draft }: RuleContext): GraphNode | undefined {
  const [tensor = ''] = node.inputs;
  const pad = facts.graph.producer(tensor);
  if (!pad?.is('Pad') || draft.decided(pad) || !facts.isActivation(pad.inputs[0])) return undefined;
  if (pad.string('mode', 'constant') !== 'constant' || pad.inputs[2]) return undefined;
  return facts.graph.consumers(tensor).length === 1 && !facts.graph.isOutput(tensor) ? pad : undefined;
}

function gemm(node: GraphNode, context: RuleContext): Verdict {
  const [, weights] = node.inputs;
  const axis = gemmAxis(node);
  const [rows, columns] = context.facts.shape(weights) ?? [];
  const no = matrixLimit(axis === 0 ? columns : rows, axis === 0 ? rows : columns) ?? obstacle(node, context);
  if (no) return no;
  context.draft.addInput(node, 0);
  markWeights(node, 1, axis, context);
  return weighted;
}

function matMul(node: GraphNode, context: RuleContext): Verdict {
  const { facts, draft } = context;
  const [a, b] = node.inputs;
  const [left, right] = [facts.shape(a), facts.shape(b)];
  const vector = right?.length === 1 || left?.length === 1;
  const no = matrixLimit(right?.at(-2), vector ? 1 : right?.at(-1), rows(left, right?.length === 2));
  if (no) return no;
  if (facts.isActivation(a) && facts.isActivation(b)) return product(node, context);
  const other = obstacle(node, context);
  if (other) return other;
  draft.addInput(node, 0);
  // A stack of matrices has no common output channel.
  markWeights(node, 1, right?.length === 2 ? 1 : undefined, context);
  return weighted;
}

/** Rows on the left; where the right is one matrix, those of the whole stack are multiplied at once. */
function rows(left: readonly (number | null)[] | undefined, stacked: boolean): number | null | undefined {
  if (!stacked) return left?.at(-2);
  return left
    ?.slice(0, -1)
    .reduce((all: number | null, side) => (all === null || side === null ? null : all * side), 1);
}

/** Longest sequence for which attention is quantized. */
const longestSequence = 512;

function product(node: GraphNode, { facts, draft }: RuleContext): Verdict {
  const [a, b] = node.inputs;
  const sides = [facts.shape(a)?.at(-2), facts.shape(a)?.at(-1), facts.shape(b)?.at(-1)];
  if (sides.some((side) => typeof side === 'number' && side > longestSequence)) {
    return leave(
      'long-attention',
      `A product of two activations with a side above ${longestSequence} is faster in float.`,
    );
  }
  draft.addInput(node, 0);
  draft.addInput(node, 1);
  return quantize('product', 'Both factors are activations: both are quantized, the output stays float.');
}
