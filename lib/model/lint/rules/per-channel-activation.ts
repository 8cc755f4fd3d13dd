import type { LintRule } from '../rule.js';

/** Scales per channel are for weights. */
export const perChannelActivation: LintRule = {
  name: 'per-channel-activation',
  severity: 'error',
  asks: 'Activations have one scale; only constants have one per channel.',
  consequence: 'TensorRT documents it for weights alone: kernels multiply all channels of an activation by one scale.',

  check: (context) =>
    context.linear
      .filter(({ quantizes, constant, scales }) => quantizes && constant === undefined && (scales?.length ?? 1) > 1)
      .map(({ node, data, scales }) => ({
        node: node.name,
        message: `the activation "${data}" has ${scales!.length} scales: give it one`,
      })),
};
