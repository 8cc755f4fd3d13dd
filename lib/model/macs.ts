import type { Model } from './model.js';
import type { GraphNode } from './node.js';

/** Operators whose work is counted in multiply-accumulates. */
const counted = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'] as const;

/** Names of the tensors whose shapes {@link macsOf} asks for. */
export function shapesForMacs(model: Model): string[] {
  return model.nodes.filter((node) => node.is(...counted)).flatMap(({ inputs, outputs }) => [inputs[0]!, outputs[0]!]);
}

/**
 * Multiply-accumulates of a node in one run; 0 for operators that have none, and where shapes are not known.
 *
 * @param shapes - Of activations, as a run of the network showed them.
 */
export function macsOf(node: GraphNode, model: Model, shapes: ReadonlyMap<string, readonly number[]>): number {
  if (!node.is(...counted)) return 0;
  const dims = (tensor: string | undefined): readonly number[] | undefined =>
    tensor === undefined ? undefined : (model.initializers.get(tensor)?.dims ?? shapes.get(tensor));
  const [input, weights] = [dims(node.inputs[0]), dims(node.inputs[1])];
  const output = dims(node.outputs[0]);
  if (!input || !weights || !output) return 0;
  switch (node.opType) {
    case 'Conv':
      return product(output) * product(weights.slice(1));
    case 'ConvTranspose':
      return product(input) * product(weights.slice(1));
    case 'Gemm':
      return product(output) * (input[node.int('transA', 0) === 0 ? 1 : 0] ?? 1);
    default:
      return product(output) * (input.at(-1) ?? 1);
  }
}

function product(dims: readonly number[]): number {
  return dims.reduce((all, dim) => all * dim, 1);
}
