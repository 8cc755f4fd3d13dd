import type { RuleContext } from '../rule.js';

/**
 * Gives all readers of a tensor its quantized form, and the graph output of that name too. A kernel fuses with the
 * QuantizeLinear after it only where nothing else reads its float result.
 */
export function quantizeTensor(tensor: string, { facts, draft }: RuleContext): void {
  const { graph } = facts;
  for (const consumer of graph.consumers(tensor)) {
    consumer.inputs.forEach((name, index) => {
      if (name === tensor) draft.addInput(consumer, index);
    });
  }
  // A graph input that is an output as well is made by no node: there is nothing that could be renamed.
  if (graph.isOutput(tensor) && graph.producer(tensor)) draft.addOutput(tensor);
}

/** Where the result of a node is quantized: after the Relu or Clip that alone follows it, which vanishes into the rounding. */
export function resultOf(tensor: string, { facts, draft }: RuleContext): string {
  const { graph } = facts;
  const consumers = graph.consumers(tensor);
  const [next] = consumers;
  if (!next || consumers.length !== 1 || graph.isOutput(tensor) || !next.is('Relu', 'Clip')) return tensor;
  if (next.inputs[0] !== tensor || draft.outOfScope(next)) return tensor;
  return next.outputs[0] ?? tensor;
}
