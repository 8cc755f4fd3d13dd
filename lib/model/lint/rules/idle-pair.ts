import type { GraphNode } from '../../node.js';
import { commutes } from '../../placement/neighbours.js';
import type { LintContext, LinearNode } from '../context.js';
import { isFunction, isWeighted } from '../operators.js';
import type { LintRule } from '../rule.js';

/** A pair is there for an operator that computes in INT8. */
export const idlePair: LintRule = {
  name: 'idle-pair',
  severity: 'warning',
  asks: 'Every Q/DQ has a reader that computes in INT8, or whose result is quantized too.',
  consequence: 'Two conversions and a loss of accuracy for an operator that runs in float.',

  check: (context) =>
    context.linear
      .filter((entry) => entry.quantizes && entry.constant === undefined && isIdle(context, entry))
      .map(({ node, data }) => ({
        node: node.name,
        message: `nothing computes in INT8 on "${data}": leave it in float, or quantize what follows too`,
      })),
};

function isIdle(context: LintContext, quantizer: LinearNode): boolean {
  const { graph } = context;
  const producer = graph.producer(quantizer.data);
  // Behind an operator with weights it is another rule's.
  if (producer && isWeighted(producer)) return false;
  const reached = new Set(context.dequantizersOf(quantizer).map(({ output }) => output));
  if (reached.size === 0) return false;
  for (const tensor of reached) {
    for (const reader of graph.consumers(tensor)) {
      if (!isFunction(reader) && !commutes(reader)) return false;
      if (endsQuantized(context, reader)) return false;
      if (commutes(reader)) for (const output of reader.outputs) if (output !== '') reached.add(output);
    }
  }
  return true;
}

function endsQuantized({ graph }: LintContext, node: GraphNode): boolean {
  return node.outputs.some((output) => graph.consumers(output).some((reader) => reader.is('QuantizeLinear')));
}
