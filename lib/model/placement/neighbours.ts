import type { GraphNode } from '../node.js';
import type { RuleContext } from './rule.js';

const movesData = new Set(
  'DepthToSpace Expand Flatten Gather MaxPool Reshape Slice SpaceToDepth Split Squeeze Tile Transpose Unsqueeze'.split(
    ' ',
  ),
);

/**
 * Whether the operator only moves or selects values of its first input, so that quantizing before or after it is the same. Of
 * Resize, that is the nearest-neighbour kind.
 */
export function commutes(node: GraphNode): boolean {
  if (node.domain !== '') return false;
  return movesData.has(node.opType) || (node.is('Resize') && node.string('mode', 'nearest') === 'nearest');
}

const pointwise = new Set(
  'Clip Elu Gelu HardSigmoid HardSwish LeakyRelu Mish Mul PRelu Relu Sigmoid Softplus Swish Tanh Add Sum'.split(' '),
);

/**
 * The tensors in quantized form that the readers of `tensor` take, seen through operators that only move data; `undefined`
 * where some reader takes the float values, or they are a graph output, or nothing reads them.
 */
export function quantizedBeyond(tensor: string, context: RuleContext): string[] | undefined {
  const { facts, draft } = context;
  const found = new Set<string>();
  // A set can be added to while it is walked.
  const reached = new Set([tensor]);
  for (const current of reached) {
    if (facts.graph.isOutput(current)) return undefined;
    for (const consumer of facts.graph.consumers(current)) {
      // A shape is the same in any form.
      if (consumer.is('Shape', 'Size')) continue;
      const reads = consumer.inputs.flatMap((name, index) => (name === current ? [index] : []));
      if (reads.length > 0 && reads.every((index) => draft.hasInput(consumer, index))) found.add(current);
      else if (commutes(consumer) && consumer.inputs[0] === current && !draft.outOfScope(consumer)) {
        for (const output of consumer.outputs) if (output !== '') reached.add(output);
      } else return undefined;
    }
  }
  return found.size > 0 ? [...found] : undefined;
}

/** Whether the tensor comes from a quantized operator, with nothing but activation functions and moved data in between. */
export function comesFromQuantized(tensor: string, { facts, draft }: RuleContext): boolean {
  const reached = new Set([tensor]);
  for (const current of reached) {
    const producer = facts.graph.producer(current);
    if (!producer) continue;
    if (draft.isQuantized(producer)) return true;
    if (producer.is('Concat')) for (const input of producer.inputs) reached.add(input);
    else if (commutes(producer) || (producer.domain === '' && pointwise.has(producer.opType))) {
      reached.add(producer.inputs[0] ?? '');
    }
  }
  return false;
}
