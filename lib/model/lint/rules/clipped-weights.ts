import type { LintContext, LinearNode } from '../context.js';
import type { LintRule } from '../rule.js';
import { axisOffences } from './weight-axis.js';

/** Weights lie within what their scale reaches. */
export const clippedWeights: LintRule = {
  name: 'clipped-weights',
  severity: 'warning',
  asks: 'The scales of float weights with Q/DQ reach their greatest magnitudes, amax / 127.',
  consequence: 'Weights are clipped: the channel loses its largest ones, and engines may differ from the CPU.',

  check: (context) =>
    context.linear
      .filter((entry) => entry.clipped > 0 && !followsFromAnother(context, entry))
      .map(({ node, data, clipped }) => ({
        node: node.name,
        message: `${clipped} of the weights "${data}" lie beyond their scale: derive it from the weights themselves`,
      })),
};

// Scales that are no scales, or that belong to other channels, clip: of these other rules tell.
function followsFromAnother(context: LintContext, entry: LinearNode): boolean {
  if (entry.scales?.some((scale) => !(scale > 0 && Number.isFinite(scale)))) return true;
  return context
    .dequantizersOf(entry)
    .some((reader) => reader.axis !== entry.axis || axisOffences(context, reader).length > 0);
}
