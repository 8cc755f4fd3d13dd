import type { LintContext, LinearNode } from '../context.js';
import { foldConstant } from '../fixes.js';
import type { LintRule, Offence } from '../rule.js';

/** TensorRT keeps biases in float. */
export const int32Bias: LintRule = {
  name: 'int32-bias',
  severity: 'error',
  asks: 'Biases are float, with no Q/DQ.',
  consequence: 'The parser refuses DequantizeLinear of INT32.',
  remedy: 'stores the bias as the float values that its integers stand for, bit for bit.',

  check: (context) =>
    offenders(context).map(({ node, output }) => ({
      node: node.name,
      message: `the bias "${output}" is INT32: keep it in float`,
    })),

  async fix(context) {
    const done: Offence[] = [];
    for (const entry of offenders(context)) {
      if (!(await foldConstant(context.graph, entry))) continue;
      done.push({ node: entry.node.name, message: `the bias "${entry.output}" is float` });
    }
    return done;
  },
};

function offenders({ linear }: LintContext): LinearNode[] {
  return linear.filter(({ dtype, quantizes }) => dtype === 'int32' && !quantizes);
}
