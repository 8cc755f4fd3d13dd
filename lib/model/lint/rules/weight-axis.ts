import type { GraphNode } from '../../node.js';
import type { LintContext, LinearNode } from '../context.js';
import { isWeighted, named } from '../operators.js';
import type { LintRule, Offence } from '../rule.js';

/** The axis of output channels in the weights of a node. */
function outputAxis(node: GraphNode, rank: number): number | undefined {
  if (node.is('Conv')) return 0;
  if (node.is('ConvTranspose')) return 1;
  if (node.is('Gemm')) return node.int('transB', 0) !== 0 ? 0 : 1;
  return rank === 2 ? 1 : undefined;
}

/** Scales per channel belong to output channels. */
export const weightAxis: LintRule = {
  name: 'weight-axis',
  severity: 'error',
  asks: "Weights' scales lie along the output channels: axis 0 of Conv, 1 of ConvTranspose, the output features of Gemm and MatMul.",
  consequence: 'No INT8 kernel scales its inputs apart: the builder refuses it or computes in float.',

  check: (context) => context.linear.flatMap((entry) => axisOffences(context, entry)),
};

/** What is wrong with the axis of a DequantizeLinear's scales. */
export function axisOffences(context: LintContext, entry: LinearNode): Offence[] {
  const weights = entry.constant ?? context.maker(entry.data)?.constant;
  if (entry.quantizes || weights === undefined || (entry.scales?.length ?? 1) < 2 || entry.node.has('block_size'))
    return [];
  const rank = weights.dims.length;
  // Biases are of one axis.
  if (rank < 2) return [];
  if (entry.axis < -rank || entry.axis >= rank) {
    const message = `the scales of "${weights.name}" lie along axis ${entry.axis}; it has ${rank} dimensions`;
    return [{ node: entry.node.name, message }];
  }
  const axis = (entry.axis + rank) % rank;
  const count = entry.scales!.length;
  if (count !== weights.dims[axis]) {
    const message = `"${weights.name}" has ${count} scales along axis ${axis}, which has ${weights.dims[axis]} entries`;
    return [{ node: entry.node.name, message }];
  }
  return readers(context, entry.output, axis).flatMap(({ node, axis: at }) => {
    const expected = outputAxis(node, rank);
    if (expected === undefined || expected === at) return [];
    const message = `the scales of "${weights.name}" lie along axis ${axis}; the output channels of ${named(node)} are another`;
    return [{ node: entry.node.name, message }];
  });
}

/** Who reads weights as such, and where their channels are by then: a Transpose or a Cast may stand in between. */
function readers(context: LintContext, tensor: string, axis: number): { node: GraphNode; axis: number }[] {
  return context.graph.consumers(tensor).flatMap((node) => {
    if (isWeighted(node)) return node.inputs[1] === tensor ? [{ node, axis }] : [];
    const [output = ''] = node.outputs;
    if (node.is('Cast')) return readers(context, output, axis);
    if (!node.is('Transpose')) return [];
    const order = node.ints('perm');
    return readers(context, output, order === undefined ? 1 - axis : order.indexOf(axis));
  });
}
