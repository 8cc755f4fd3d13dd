import type { GraphNode } from '../../node.js';
import type { Rule, RuleContext } from '../rule.js';

/** Smallest side of a matrix product that pays off in INT8. */
const smallestSide = 16;

/**
 * Operators with weights compute in INT8 when all their inputs are quantized; their outputs stay as they are, so that what
 * follows (activation, addition) can fuse. The bias stays float.
 */
export const weightedRule: Rule = (node, context) => {
  if (node.is('Conv', 'ConvTranspose')) convolution(node, context);
  else if (node.is('Gemm')) gemm(node, context);
  else if (node.is('MatMul')) matMul(node, context);
};

function convolution(node: GraphNode, context: RuleContext): void {
  const { draft } = context;
  if (node.is('ConvTranspose') && node.int('group', 1) > 1) {
    return draft.leave(node, 'grouped-deconvolution', 'TensorRT may reject a grouped ConvTranspose in INT8.');
  }
  if (!checkInputs(node, context)) return;
  const axis = node.is('Conv') ? 0 : 1;
  const input = padBefore(node, context);
  if (input) draft.addInput(input, 0);
  else draft.addInput(node, 0);
  addWeight(node, 1, axis, context);
  draft.quantize(
    node,
    'weighted',
    'It has weights: its input and weights are quantized, its bias and output stay float.',
  );
  if (!input) return;
  draft.quantize(
    input,
    'pad-before-conv',
    'The input is quantized before the padding, so that it fuses with the convolution.',
  );
}

/** The Pad with zeros that only this convolution reads. */
function padBefore(node: GraphNode, { facts, draft }: RuleContext): GraphNode | undefined {
  const [tensor = ''] = node.inputs;
  const pad = facts.graph.producer(tensor);
  if (!pad?.is('Pad') || draft.decided(pad) || pad.string('mode', 'constant') !== 'constant' || pad.inputs[2])
    return undefined;
  return facts.graph.consumers(tensor).length === 1 && !facts.graph.isOutput(tensor) ? pad : undefined;
}

function gemm(node: GraphNode, context: RuleContext): void {
  const transposed = node.int('transB', 0) !== 0;
  const shape = context.facts.shape(node.inputs[1]);
  if (!checkSides(node, context, shape, transposed ? 1 : 0) || !checkInputs(node, context)) return;
  context.draft.addInput(node, 0);
  addWeight(node, 1, transposed ? 0 : 1, context);
  context.draft.quantize(
    node,
    'weighted',
    'It has weights: its input and weights are quantized, its bias and output stay float.',
  );
}

function matMul(node: GraphNode, context: RuleContext): void {
  const { facts, draft } = context;
  const [a, b] = node.inputs;
  const shape = facts.shape(b);
  if (!checkSides(node, context, shape, (shape?.length ?? 0) - 2)) return;
  if (facts.shape(a)?.at(-2) === 1) {
    return draft.leave(node, 'matrix-vector', 'It multiplies a single row, where INT8 gains nothing.');
  }
  if (facts.isActivation(a) && facts.isActivation(b)) return attention(node, context);
  if (!checkInputs(node, context)) return;
  draft.addInput(node, 0);
  // Weights in several matrices have no common output channel.
  addWeight(node, 1, shape?.length === 2 ? 1 : undefined, context);
  draft.quantize(node, 'weighted', 'It has weights: its input and weights are quantized, its output stays float.');
}

/** Longest sequence for which attention is quantized. */
const longestSequence = 512;

function attention(node: GraphNode, { facts, draft }: RuleContext): void {
  const [a, b] = node.inputs;
  const sides = [facts.shape(a)?.at(-2), facts.shape(b)?.at(-1), facts.shape(b)?.at(-2)];
  if (sides.some((side) => typeof side === 'number' && side > longestSequence)) {
    return draft.leave(
      node,
      'long-attention',
      `A product of two activations longer than ${longestSequence} is faster in float.`,
    );
  }
  draft.addInput(node, 0);
  draft.addInput(node, 1);
  draft.quantize(node, 'matmul', 'Both factors are computed: both are quantized, the output stays float.');
}

/** Limits of a product with a K × N matrix; `kAxis` is the axis of K. */
function checkSides(
  node: GraphNode,
  { draft }: RuleContext,
  shape: readonly (number | null)[] | undefined,
  kAxis: number,
): boolean {
  if (!shape || shape.length < 2) return true;
  const sides = shape.slice(-2);
  const n = shape.length === 2 ? shape[1 - kAxis] : sides[1];
  if (n === 1) {
    draft.leave(node, 'matrix-vector', 'It multiplies with a single column, where INT8 gains nothing.');
    return false;
  }
  if (sides.some((side) => side !== null && side < smallestSide)) {
    draft.leave(node, 'small-matrix', `A matrix with a side below ${smallestSide} gains nothing in INT8.`);
    return false;
  }
  return true;
}

function checkInputs(node: GraphNode, { facts, draft }: RuleContext): boolean {
  const [input, weight] = node.inputs;
  const producer = facts.graph.producer(weight ?? '');
  if (producer?.is('DequantizeLinear')) {
    draft.leave(node, 'already-quantized', 'The model quantizes its weights already.');
    return false;
  }
  const constant = facts.graph.initializers.get(weight ?? '');
  if (!constant) {
    draft.leave(node, 'computed-weights', 'Its weights are computed while the model runs.');
    return false;
  }
  if (!facts.isWeight(weight) || !facts.isActivation(input)) {
    draft.leave(node, 'not-float32', `Only float32 is quantized; its weights are ${constant.dtype}.`);
    return false;
  }
  return true;
}

function addWeight(node: GraphNode, input: number, axis: number | undefined, { draft, options }: RuleContext): void {
  draft.addWeight(node, input, options.weights === 'per-tensor' ? undefined : axis);
}
