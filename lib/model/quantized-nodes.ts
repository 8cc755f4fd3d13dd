import { constantOf } from './constants.js';
import type { Graph } from './graph.js';
import { isFunction, isWeighted } from './lint/operators.js';
import type { GraphNode } from './node.js';

/**
 * The operators that a Q/DQ model asks to be computed in INT8: those with weights (and products of two activations) all of whose computed
 * inputs and weights are dequantized, and others that have Q/DQ on both sides.
 */
export function quantizedNodes(graph: Graph): GraphNode[] {
  return graph.nodes.filter((node) => {
    if (isLinear(node)) return false;
    const inputs = node.inputs.filter((input) => input !== '');
    const operands = isWeighted(node)
      ? inputs.slice(0, 2)
      : inputs.filter((input) => constantOf(graph, input) === undefined);
    const reads = operands.length > 0 && operands.every((input) => isDequantized(graph, input));
    return reads && (isWeighted(node) || node.outputs.every((output) => isQuantized(graph, output)));
  });
}

/**
 * How ONNX Runtime's CPU kernels run a model:
 *
 * - `float`: it has no Q/DQ.
 * - `integer`: in the form that they have INT8 kernels for: UINT8 activations, Q/DQ on both sides of the operators with weights.
 * - `simulated`: otherwise. Most of it runs in float between Q and DQ, slower than without them, as a model in TensorRT's form does.
 */
export type CpuForm = 'float' | 'integer' | 'simulated';

/** Which {@link CpuForm} most of the operators with weights have. */
export function cpuForm(graph: Graph): CpuForm {
  const weighted = quantizedNodes(graph).filter(isWeighted);
  if (weighted.length === 0) return graph.nodes.some(isLinear) ? 'simulated' : 'float';
  const integer = weighted.filter(
    (node) => isUnsigned(graph, node.inputs[0] ?? '') && isQuantized(graph, resultOf(graph, node)),
  );
  return integer.length * 2 > weighted.length ? 'integer' : 'simulated';
}

/** The output, behind an activation function that fuses with the operator. */
function resultOf(graph: Graph, node: GraphNode): string {
  const output = node.outputs[0] ?? '';
  const [reader, ...others] = graph.consumers(output);
  return reader !== undefined && others.length === 0 && isFunction(reader) ? (reader.outputs[0] ?? '') : output;
}

function isLinear(node: GraphNode): boolean {
  return node.is('QuantizeLinear', 'DequantizeLinear');
}

function isDequantized(graph: Graph, tensor: string): boolean {
  return graph.producer(tensor)?.is('DequantizeLinear') === true;
}

function isQuantized(graph: Graph, tensor: string): boolean {
  const readers = graph.consumers(tensor);
  return readers.length > 0 && readers.every((reader) => reader.is('QuantizeLinear'));
}

function isUnsigned(graph: Graph, tensor: string): boolean {
  const zeroPoint = graph.producer(tensor)?.inputs[2];
  // Without a zero point QuantizeLinear makes UINT8.
  return !zeroPoint || constantOf(graph, zeroPoint)?.dtype === 'uint8';
}
