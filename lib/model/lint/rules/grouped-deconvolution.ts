import { named } from '../operators.js';
import type { LintRule } from '../rule.js';

/** Grouped transposed convolutions have few INT8 kernels. */
export const groupedDeconvolution: LintRule = {
  name: 'grouped-deconvolution',
  severity: 'warning',
  asks: 'ConvTranspose with groups stays in float.',
  consequence: 'TensorRT may find no INT8 kernel for it and fail to build.',

  check: (context) =>
    context.graph.nodes
      .filter((node) => node.is('ConvTranspose') && node.int('group', 1) > 1 && context.quantizerBehind(node.inputs[0]))
      .map((node) => ({ node: node.name, message: `${named(node)} has groups: leave it in float` })),
};
