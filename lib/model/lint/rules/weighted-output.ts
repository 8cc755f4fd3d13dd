import type { GraphNode } from '../../node.js';
import type { LintContext, LinearNode } from '../context.js';
import { unquantize } from '../fixes.js';
import { isFunction, isWeighted, named } from '../operators.js';
import type { LintRule, Offence } from '../rule.js';

/** What follows an operator with weights fuses with it as long as nothing is in between. */
export const weightedOutput: LintRule = {
  name: 'weighted-output',
  severity: 'warning',
  asks: 'No Q/DQ between an operator with weights and its activation function, or the graph output: what reads the result next quantizes it.',
  consequence: 'The activation function becomes a kernel of its own, or an output loses accuracy for nothing.',
  remedy:
    'lets the function read the float result. A pair that an INT8 operator reads too stays for that one, with its scale; one that nothing ' +
    'computes on goes.',

  check: (context) =>
    offenders(context).map(({ quantizer, producer, readers }) => ({
      node: quantizer.node.name,
      message: `Q/DQ stands between ${named(producer)} and ${readers.length > 0 ? readers.map(named).join(', ') : 'the graph output'}: remove it there`,
    })),

  fix(context) {
    const done: Offence[] = [];
    for (const { quantizer, readers } of offenders(context)) {
      if (!unquantize(context, quantizer, (reader) => readers.includes(reader))) continue;
      const [scale] = quantizer.scales ?? [];
      const message = `"${quantizer.data}" is read in float by what fuses with it (its scale was ${scale})`;
      done.push({ node: quantizer.node.name, message });
    }
    return Promise.resolve(done);
  },
};

/** Operators with weights, and an addition or normalization right behind one, which fuses with it. */
function canFuse(context: LintContext, node: GraphNode): boolean {
  if (isWeighted(node)) return true;
  if (!node.is('Add', 'BatchNormalization')) return false;
  return node.inputs.some((input) => {
    const source = context.graph.producer(context.quantizerBehind(input)?.data ?? input);
    return source !== undefined && isWeighted(source);
  });
}

interface Offender {
  readonly quantizer: LinearNode;
  readonly producer: GraphNode;
  readonly readers: readonly GraphNode[];
}

function offenders(context: LintContext): Offender[] {
  const { graph } = context;
  return context.linear.flatMap((quantizer) => {
    const producer = quantizer.quantizes ? graph.producer(quantizer.data) : undefined;
    if (!producer || !canFuse(context, producer)) return [];
    const outputs = context.dequantizersOf(quantizer).map(({ output }) => output);
    const readers = outputs.flatMap((output) => graph.consumers(output).filter(isFunction));
    const isResult = outputs.some((output) => graph.isOutput(output));
    return readers.length > 0 || isResult ? [{ quantizer, producer, readers }] : [];
  });
}
