import type { Model } from '../model.js';
import { Draft } from './draft.js';
import { gatherFacts } from './facts.js';
import { onnxruntimePasses } from './onnxruntime/passes.js';
import type { RuleContext, RulePass } from './rule.js';
import { applyScope } from './scope.js';
import { tensorrtPasses } from './tensorrt/passes.js';
import type { GraphForm, Placement, PlacementOptions } from './types.js';

const passes: Readonly<Record<GraphForm, readonly RulePass[]>> = {
  tensorrt: tensorrtPasses,
  onnxruntime: onnxruntimePasses,
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
  for (const pass of passes[options.form]) runPass(pass, context);
  const placed = draft.finish();
  const brought = graph.nodes.filter((node) => node.is('QuantizeLinear', 'DequantizeLinear')).length;
  if (brought > 0)
    warnings.push(`the model brings ${brought} QuantizeLinear and DequantizeLinear nodes, which stay as they are`);
  if (placed.activations.length === 0) warnings.push('nothing is quantized');
  return { form: options.form, ...placed, warnings };
}

function runPass({ order, rules }: RulePass, context: RuleContext): void {
  const { nodes } = context.facts.graph;
  for (const node of order === 'forward' ? nodes : [...nodes].reverse()) {
    for (const rule of rules) {
      if (context.draft.decided(node)) break;
      const verdict = rule(node, context);
      if (verdict) context.draft.decide(node, verdict);
    }
  }
}
