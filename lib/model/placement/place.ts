import { gatherFacts } from './facts.js';
import { Draft } from './draft.js';
import type { Model } from '../model.js';
import type { RulePass } from './rule.js';
import { applyScope } from './scope.js';
import { tensorrtPasses } from './tensorrt/passes.js';
import type { GraphForm, Placement, PlacementOptions } from './types.js';

const passes: Readonly<Record<GraphForm, readonly RulePass[]>> = {
  tensorrt: tensorrtPasses,
  onnxruntime: tensorrtPasses,
};

/**
 * Decides for every node of a cleaned model whether it is quantized and why, and which tensors need a range. Changes
 * nothing.
 *
 * @throws CalibrtError `ERR_USAGE` where an option names what is not there.
 */
export function placeQdq(model: Model, options: PlacementOptions): Placement {
  const { graph } = model;
  const draft = new Draft(graph);
  const warnings = applyScope(graph, draft, options);
  const context = { facts: gatherFacts(graph, options.shapes), draft, options };
  for (const { order, rules } of passes[options.form]) {
    const nodes = order === 'forward' ? graph.nodes : [...graph.nodes].reverse();
    for (const node of nodes) {
      for (const rule of rules) if (!draft.decided(node)) rule(node, context);
    }
  }
  const placed = draft.finish();
  if (placed.activations.length === 0) warnings.push('nothing is quantized');
  return { form: options.form, ...placed, warnings };
}
