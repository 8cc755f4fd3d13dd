import type { GraphNode } from '../node.js';
import { leave, type RuleContext } from './rule.js';
import type { Verdict } from './types.js';

/** Why the constant at `weight` and the activation at `input` cannot be quantized together; `undefined` where they can. */
export function obstacle(node: GraphNode, { facts }: RuleContext, input = 0, weight = 1): Verdict | undefined {
  const [tensor, weights] = [node.inputs[input], node.inputs[weight]];
  const feeding = [tensor, weights].map((name) => facts.graph.producer(name ?? ''));
  if (feeding.some((producer) => producer?.is('DequantizeLinear'))) {
    return leave('already-quantized', 'The model brings its own quantization here.');
  }
  const constant = facts.graph.initializers.get(weights ?? '');
  if (!constant) return leave('computed-weights', 'Its weights are computed while the model runs.');
  if (!facts.isWeight(weights)) {
    return leave('not-float32', `Only float32 is quantized; its weights are ${constant.dtype}.`);
  }
  return facts.isActivation(tensor) ? undefined : leave('not-float32', 'Its input is no float32 activation.');
}

/** Marks the weights at an input, with one scale per entry of `axis` unless one in all was asked for. */
export function markWeights(node: GraphNode, input: number, axis: number | undefined, context: RuleContext): void {
  context.draft.addWeight(node, input, context.options.weights === 'per-tensor' ? undefined : axis);
}

/** The axis of Gemm's output features in its weights. */
export function gemmAxis(node: GraphNode): 0 | 1 {
  return node.int('transB', 0) !== 0 ? 0 : 1;
}
