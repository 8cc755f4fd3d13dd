import type { GraphNode } from '../../node.js';
import { leave, quantize, type Rule, type RuleContext } from '../rule.js';

/**
 * Where a convolution's output is added to a shortcut, the shortcut is quantized and the convolution's branch left bare: the
 * convolution then takes the addition in and writes what its reader wants. With both or neither quantized, the addition is a kernel
 * of its own.
 */
export const residualAddRule: Rule = (node, context) => {
  if (!node.is('Add')) return undefined;
  const { facts, draft } = context;
  const [a, b] = node.inputs;
  if (!facts.isActivation(a) || !facts.isActivation(b)) return undefined;
  if (a === b || !sameShape(facts.shape(a), facts.shape(b))) return undefined;
  const bare = bareBranch(node, context);
  if (bare === undefined) {
    return leave(
      'add-without-conv',
      'Neither input comes straight from a quantized convolution that only this node reads.',
    );
  }
  draft.addInput(node, 1 - bare);
  const producer = facts.graph.producer(node.inputs[bare] ?? '')?.name ?? '';
  return quantize(
    'residual-add',
    `The shortcut is quantized and the branch of "${producer}" left bare, so that the addition fuses into it.`,
  );
};

/** The input whose producer takes the addition in; of two that could, that at the end of the longer path. */
function bareBranch(node: GraphNode, { facts, draft }: RuleContext): number | undefined {
  const candidates = [0, 1].filter((index) => {
    const tensor = node.inputs[index] ?? '';
    const producer = facts.graph.producer(tensor);
    return (
      producer?.is('Conv', 'ConvTranspose') === true &&
      draft.isQuantized(producer) &&
      facts.graph.consumers(tensor).length === 1 &&
      !facts.graph.isOutput(tensor)
    );
  });
  const depth = (index: number): number => facts.depth(node.inputs[index] ?? '');
  return candidates.sort((x, y) => depth(y) - depth(x))[0];
}

// An addition that broadcasts (a bias, a squeezed branch) is no shortcut. Open dimensions may be equal.
function sameShape(a: readonly (number | null)[] | undefined, b: readonly (number | null)[] | undefined): boolean {
  if (!a || !b) return true;
  return a.length === b.length && a.every((dim, axis) => dim === null || b[axis] === null || dim === b[axis]);
}
