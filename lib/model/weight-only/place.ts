import type { Model } from '../model.js';
import type { GraphNode } from '../node.js';
import { Draft } from '../placement/draft.js';
import { gatherFacts } from '../placement/facts.js';
import { leave, quantize, type RuleContext } from '../placement/rule.js';
import { applyScope } from '../placement/scope.js';
import type { Placement, PlacementOptions, Verdict } from '../placement/types.js';
import { gemmAxis, markWeights } from '../placement/weights.js';

const stored = quantize('weight-only', 'Its weights are stored as INT8; it computes in float.');

/**
 * Places DequantizeLinear at the weights alone: every constant that Conv, ConvTranspose, Gemm or MatMul multiplies with. No activation
 * is quantized and no range is needed; limits of INT8 kernels do not apply, for none runs.
 *
 * @throws CalibrtError `ERR_USAGE` where an option names what is not there.
 */
export function placeWeights(model: Model, options: Omit<PlacementOptions, 'form'>): Placement {
  const { graph } = model;
  const draft = new Draft(graph);
  const warnings = applyScope(graph, draft, { ...options, form: 'tensorrt' });
  const context = {
    facts: gatherFacts(graph, options.shapes),
    draft,
    options: { ...options, form: 'tensorrt' } as const,
  };
  for (const node of graph.nodes) if (!draft.decided(node)) draft.decide(node, verdict(node, context));
  const placed = draft.finish();
  if (placed.weights.length === 0) warnings.push('nothing is quantized');
  return { form: 'tensorrt', ...placed, warnings };
}

function verdict(node: GraphNode, context: RuleContext): Verdict {
  if (!node.is('Conv', 'ConvTranspose', 'Gemm', 'MatMul')) return leave('no-weights', 'It has no weights.');
  const [, weights] = node.inputs;
  if (!context.facts.isWeight(weights)) return leave('no-weights', 'Its second factor is no float32 constant.');
  markWeights(node, 1, channelAxis(node, context.facts.shape(weights)?.length), context);
  return stored;
}

function channelAxis(node: GraphNode, rank: number | undefined): number | undefined {
  if (node.is('Conv')) return 0;
  // Of groups, each entry of axis 1 serves all.
  if (node.is('ConvTranspose')) return 1;
  if (node.is('Gemm')) return gemmAxis(node);
  return rank === 2 ? 1 : undefined;
}
