import type { GraphNode } from '../../node.js';
import type { LintContext, LinearNode } from '../context.js';
import { unquantize } from '../fixes.js';
import { named } from '../operators.js';
import type { LintRule, Offence } from '../rule.js';

/** A concatenation vanishes where everything around it has one scale. */
export const concatScales: LintRule = {
  name: 'concat-scales',
  severity: 'warning',
  asks: 'All quantized inputs of a concatenation and its output have the same scale.',
  consequence: 'Each input is requantized by a kernel of its own, and rounded twice.',

  remedy:
    'where the result is quantized by one scale, lets the concatenation read its inputs in float: that quantization moves through it. Else ' +
    'nothing, as one of the scales would have to change.',

  check: (context) =>
    offenders(context).map(({ node, scales }) => {
      const some = scales.slice(0, 3).map((scale) => Number(scale.toPrecision(4)));
      const list = some.join(', ') + (scales.length > 3 ? ', …' : '');
      const message = `${named(node)} joins tensors of the scales ${list}: give all the widest, and accept what it costs`;
      return { node: node.name, message };
    }),

  fix(context) {
    const done: Offence[] = [];
    for (const { node } of offenders(context)) {
      const after = quantizersBehind(context, node);
      if (after === undefined) continue;
      for (const input of new Set(node.inputs)) {
        const quantizer = context.quantizerBehind(input);
        if (quantizer) unquantize(context, quantizer, (reader) => reader === node);
      }
      const message = `${named(node)} is quantized behind it alone, by ${after.scales?.[0]}`;
      done.push({ node: node.name, message });
    }
    return Promise.resolve(done);
  },
};

function offenders(context: LintContext): { readonly node: GraphNode; readonly scales: readonly number[] }[] {
  return context.graph.nodes.flatMap((node) => {
    const scales = node.is('Concat') ? scalesAround(context, node) : [];
    return scales.length > 1 ? [{ node, scales }] : [];
  });
}

/** What quantizes the result, where all that reads it does so by the same scale. */
function quantizersBehind(context: LintContext, node: GraphNode): LinearNode | undefined {
  const [output = ''] = node.outputs;
  const after = context.quantizersOf(output);
  const isAll = after.length === context.graph.consumers(output).length && !context.graph.isOutput(output);
  const [first] = after;
  return isAll && after.every(({ scales }) => String(scales) === String(first?.scales)) ? first : undefined;
}

/** The different scales of a concatenation's inputs and output. */
function scalesAround(context: LintContext, node: GraphNode): number[] {
  const inputs = node.inputs.map((input) => context.quantizerBehind(input)?.scales?.[0]);
  if (inputs.filter((scale) => scale !== undefined).length < 2) return [];
  const outputs = context.quantizersOf(node.outputs[0] ?? '').map(({ scales }) => scales?.[0]);
  return [...new Set([...inputs, ...outputs].filter((scale) => scale !== undefined))];
}
