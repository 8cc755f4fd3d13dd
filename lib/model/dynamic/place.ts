import type { Model } from '../model.js';
import type { GraphNode } from '../node.js';
import { Draft } from '../placement/draft.js';
import { gatherFacts } from '../placement/facts.js';
import { leave, quantize, type RuleContext } from '../placement/rule.js';
import { applyScope } from '../placement/scope.js';
import type { Placement, PlacementOptions, Verdict } from '../placement/types.js';
import { gemmAxis, markWeights, obstacle } from '../placement/weights.js';

const computed = quantize('dynamic', 'It computes in INT8; the range of its input is found at run time.');

/**
 * Places dynamic quantization: Conv, Gemm and MatMul with constant weights. No range is needed beforehand.
 *
 * @throws CalibrtError `ERR_USAGE` where an option names what is not there.
 */
export function placeDynamic(model: Model, options: Omit<PlacementOptions, 'form'>): Placement {
  const { graph } = model;
  const draft = new Draft(graph);
  const settings = { ...options, form: 'onnxruntime' } as const;
  const warnings = applyScope(graph, draft, settings);
  const context = { facts: gatherFacts(graph, options.shapes), draft, options: settings };
  for (const node of graph.nodes) if (!draft.decided(node)) draft.decide(node, verdict(node, context));
  const placed = draft.finish();
  if (placed.weights.length === 0) warnings.push('nothing is quantized');
  return { form: 'onnxruntime', ...placed, warnings };
}

function verdict(node: GraphNode, context: RuleContext): Verdict {
  if (!node.is('Conv', 'Gemm', 'MatMul')) return leave('no-integer-operator', 'ONNX has no integer operator for it.');
  const no = obstacle(node, context);
  if (no) return no;
  const isScaled = node.float('alpha', 1) !== 1 || node.float('beta', 1) !== 1 || node.int('transA', 0) !== 0;
  if (node.is('Gemm') && isScaled) {
    return leave('scaled-gemm', 'The integer operator takes no transposed input, and neither alpha nor beta.');
  }
  const rank = context.facts.shape(node.inputs[1])?.length;
  const axis = node.is('Conv') ? 0 : node.is('Gemm') ? gemmAxis(node) : rank === 2 ? 1 : undefined;
  markWeights(node, 1, axis, context);
  return computed;
}
