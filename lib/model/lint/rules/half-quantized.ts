import { constantOf } from '../../constants.js';
import { isWeighted, named } from '../operators.js';
import type { LintRule } from '../rule.js';

/** An operator computes in INT8 when all its inputs are quantized. */
export const halfQuantized: LintRule = {
  name: 'half-quantized',
  severity: 'warning',
  asks: 'Of an operator with weights all inputs but the bias are quantized, or no activation is.',
  consequence: 'It runs in float all the same; the conversions come on top.',

  check: (context) =>
    context.graph.nodes.filter(isWeighted).flatMap((node) => {
      const [a, b] = node.inputs.map((input) => context.dequantizedThrough(input));
      // Weights alone in INT8 save memory and need nothing more.
      const isWeightOnly = a === undefined && b !== undefined && context.isWeights(b);
      if ((a === undefined) === (b === undefined) || isWeightOnly) return [];
      const missing = node.inputs[a === undefined ? 0 : 1] ?? '';
      const what = constantOf(context.graph, missing) ? 'weights' : 'input';
      return [
        {
          node: node.name,
          message: `${named(node)} has float ${what} "${missing}" beside a quantized input: quantize both`,
        },
      ];
    }),
};
