import type { LintRule } from '../rule.js';

/** Weights lie within what their scale reaches. */
export const clippedWeights: LintRule = {
  name: 'clipped-weights',
  severity: 'warning',
  asks: 'The scales of float weights with Q/DQ reach their greatest magnitudes, amax / 127.',
  consequence: 'Weights are clipped: the channel loses its largest ones, and engines may differ from the CPU.',

  check: ({ linear }) =>
    linear
      .filter(({ clipped }) => clipped > 0)
      .map(({ node, data, clipped }) => ({
        node: node.name,
        message: `${clipped} of the weights "${data}" lie beyond their scale: derive it from the weights themselves`,
      })),
};
