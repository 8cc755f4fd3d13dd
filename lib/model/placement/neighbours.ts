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

const maxSteps = 64;

/**
 * The tensors in quantized form that the readers of `tensor` take, seen through operators that only move data; `undefined`
 * where some reader takes the float values or they are a graph output.
 */
export function quantizedBeyond(tensor: string, context: RuleContext, steps = 0): string[] | undefined {
  const { facts, draft } = context;
  const consumers = facts.graph.consumers(tensor);
  if (facts.graph.isOutput(tensor) || consumers.length === 0 || steps > maxSteps) return undefined;
  const found = new Set<string>();
  for (const consumer of consumers) {
    // A shape is the same in any form.
    if (consumer.is('Shape', 'Size')) continue;
    const reads = consumer.inputs.flatMap((name, index) => (name === tensor ? [index] : []));
    if (reads.length > 0 && reads.every((index) => draft.hasInput(consumer, index))) {
      found.add(tensor);
      continue;
    }
    if (!commutes(consumer) || consumer.inputs[0] !== tensor || draft.outOfScope(consumer)) return undefined;
    for (const output of consumer.outputs) {
      if (output === '' || (facts.graph.consumers(output).length === 0 && !facts.graph.isOutput(output))) continue;
      const beyond = quantizedBeyond(output, context, steps + 1);
      if (!beyond) return undefined;
      beyond.forEach((name) => found.add(name));
    }
  }
  return found.size > 0 ? [...found] : undefined;
}

/** Whether the tensor comes from a quantized operator, with nothing but activation functions and moved data in between. */
export function comesFromQuantized(tensor: string, context: RuleContext, steps = 0): boolean {
  const producer = context.facts.graph.producer(tensor);
  if (!producer || steps > maxSteps) return false;
  if (context.draft.isQuantized(producer)) return true;
  if (producer.is('Concat')) return producer.inputs.some((input) => comesFromQuantized(input, context, steps + 1));
  const through = commutes(producer) || (producer.domain === '' && pointwise.has(producer.opType));
  return through && comesFromQuantized(producer.inputs[0] ?? '', context, steps + 1);
}
