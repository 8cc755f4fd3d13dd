import type { LintRule } from '../rule.js';

/** The header asks for at least one dimension. */
export const scalarInput: LintRule = {
  name: 'scalar-input',
  severity: 'error',
  asks: 'What is quantized has at least one dimension.',
  consequence: 'The builder refuses Q/DQ of a scalar.',

  check: ({ linear, ranks }) =>
    linear
      .filter(({ data, constant }) => (constant ? constant.dims.length === 0 : ranks.get(data) === 0))
      .map(({ node, data }) => ({
        node: node.name,
        message: `"${data}" is a scalar: leave it in float`,
      })),
};
