import { upgradeOpset } from '../../opset/upgrade.js';
import type { LintContext, LinearNode } from '../context.js';
import type { LintRule } from '../rule.js';

/** What Q/DQ of this kind came with, in which operator set. */
function needs({ dtype, scales, scaleType, node }: LinearNode): readonly [version: number, what: string] {
  if (node.has('block_size') || ['int4', 'uint4'].includes(dtype)) return [21, `${dtype} or blocks`];
  if (dtype.startsWith('float8')) return [19, 'FP8'];
  if (scaleType === 'float16' || scaleType === 'bfloat16') return [19, 'a 16-bit scale'];
  return (scales?.length ?? 1) > 1 ? [13, 'scales per channel'] : [10, 'Q/DQ'];
}

/** Each kind of Q/DQ came with an operator set. */
export const opset: LintRule = {
  name: 'opset',
  severity: 'error',
  asks: 'The operator set is new enough: 10 for Q/DQ, 13 per channel, 19 for 16-bit scales and FP8, 21 for INT4 and blocks.',
  consequence:
    'The parser reads the node by the rules of the older set: it refuses it, or takes one scale for all channels.',
  remedy: 'raises the operator set of the whole model.',

  check: (context) =>
    offenders(context).map((entry) => {
      const [version, what] = needs(entry);
      return {
        node: entry.node.name,
        message: `${entry.node.opType} has ${what}, which came with operator set ${version}; the model has ${context.model.opset}`,
      };
    }),

  async fix(context, model) {
    const all = offenders(context);
    const version = Math.max(0, ...all.map((entry) => needs(entry)[0]));
    if (version <= model.opset) return [];
    const { from, to } = await upgradeOpset(model, version);
    return all.map(({ node }) => ({ node: node.name, message: `the operator set is ${to}, it was ${from}` }));
  },
};

function offenders({ linear, model }: LintContext): LinearNode[] {
  return linear.filter((entry) => entry.node.domain === '' && needs(entry)[0] > model.opset);
}
