import type { Graph } from '../graph.js';
import type { Initializer } from '../initializer.js';
import type { GraphNode } from '../node.js';

/** y = scale·x + shift, with one entry per channel. */
export interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** `second` after `first`. */
export function compose(first: Affine, second: Affine): Affine {
  return {
    scale: first.scale.map((value, c) => value * (second.scale[c] ?? 0)),
    shift: first.shift.map((value, c) => value * (second.scale[c] ?? 0) + (second.shift[c] ?? 0)),
  };
}

/**
 * Reads a node that scales and shifts each of `channels` channels (axis 1 of a tensor with `rank` dimensions) by constants:
 * BatchNormalization in inference, or Add, Sub, Mul, Div with a constant of one value or one per channel. `undefined` where it is
 * something else.
 */
export async function readAffine(
  graph: Graph,
  node: GraphNode,
  input: string,
  channels: number,
  rank: number,
): Promise<Affine | undefined> {
  if (node.is('BatchNormalization')) return readBatchNorm(graph, node, input, channels);
  if (!node.is('Add', 'Sub', 'Mul', 'Div') || node.inputs.length !== 2) return undefined;
  const at = node.inputs.indexOf(input);
  const other = node.inputs[1 - at];
  if (other === undefined || other === input) return undefined;
  // c - x and c / x are no scaling of x by channel in the same simple way; exporters do not write them here.
  if (at !== 0 && node.is('Sub', 'Div')) return undefined;
  const values = await perChannel(graph, other, channels, rank);
  if (!values) return undefined;
  const ones = new Float64Array(channels).fill(1);
  const zeros = new Float64Array(channels);
  switch (node.opType) {
    case 'Add':
      return { scale: ones, shift: values };
    case 'Sub':
      return { scale: ones, shift: values.map((value) => -value) };
    case 'Mul':
      return { scale: values, shift: zeros };
    default:
      return { scale: values.map((value) => 1 / value), shift: zeros };
  }
}

async function readBatchNorm(
  graph: Graph,
  node: GraphNode,
  input: string,
  channels: number,
): Promise<Affine | undefined> {
  if (node.inputs[0] !== input || node.int('training_mode', 0) !== 0 || node.int('spatial', 1) === 0) return undefined;
  if (node.outputs.slice(1).some((name) => name !== '')) return undefined;
  const parameters = await Promise.all([1, 2, 3, 4].map((index) => float64Constant(graph, node.inputs[index])));
  const [gamma, beta, mean, variance] = parameters;
  if (!gamma || !beta || !mean || !variance) return undefined;
  if ([gamma, beta, mean, variance].some(({ length }) => length !== channels)) return undefined;
  const epsilon = node.float('epsilon', 1e-5);
  const scale = gamma.map((value, c) => value / Math.sqrt((variance[c] ?? 0) + epsilon));
  const shift = beta.map((value, c) => value - (mean[c] ?? 0) * (scale[c] ?? 0));
  return { scale, shift };
}

/** The values of a float32 constant; `undefined` where the tensor is none. */
export async function float32Constant(graph: Graph, name: string | undefined): Promise<Float32Array | undefined> {
  return (await float32Initializer(graph, name)?.read())?.data as Float32Array | undefined;
}

/** An initializer of type float32 that is no default of a graph input. */
export function float32Initializer(graph: Graph, name: string | undefined): Initializer | undefined {
  const tensor = name ? graph.initializers.get(name) : undefined;
  return tensor?.dtype === 'float32' && !graph.isInput(tensor.name) ? tensor : undefined;
}

async function float64Constant(graph: Graph, name: string | undefined): Promise<Float64Array | undefined> {
  const values = await float32Constant(graph, name);
  return values && Float64Array.from(values);
}

async function perChannel(
  graph: Graph,
  name: string,
  channels: number,
  rank: number,
): Promise<Float64Array | undefined> {
  const dims = graph.initializers.get(name)?.dims;
  if (!dims || dims.length > rank) return undefined;
  const aligned = [...new Array<number>(rank - dims.length).fill(1), ...dims];
  const onlyChannels = aligned.every((dim, axis) => dim === 1 || (axis === 1 && dim === channels));
  if (!onlyChannels) return undefined;
  const values = await float64Constant(graph, name);
  return values && (values.length === channels ? values : new Float64Array(channels).fill(values[0] ?? 0));
}
