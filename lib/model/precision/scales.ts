import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';
import type { HalfConstants } from './constants.js';
import { toHalf } from './half.js';

/**
 * Whether a QuantizeLinear or DequantizeLinear can have its scale in 16 bits: a constant all of whose values are normal numbers
 * there. A channel whose weights are all zero may have any scale: it gets the least.
 */
export async function scaleFits(graph: Graph, node: GraphNode, constants: HalfConstants): Promise<boolean> {
  const [quantized = '', scale = ''] = node.inputs;
  const converted = await constants.convert(scale);
  if (converted === undefined || node.has('output_dtype') || node.has('precision')) return false;
  if (converted.normal) return true;
  if (!node.is('DequantizeLinear') || graph.consumers(scale).length > 1) return false;
  const dead = await deadChannels(graph, node, quantized, converted.bits.length);
  if (dead === undefined) return false;
  const scales = (await constants.of(scale)!.read()).data as Float32Array;
  const raised = scales.map((value, channel) => (dead[channel] === true ? leastScale : value));
  const half = toHalf(raised, constants.type);
  if (half.normal) constants.replace(scale, half.bits);
  return half.normal;
}

/** The least normal number of float16. */
const leastScale = 2 ** -14;

/** Which channels of a constant are zero throughout; `undefined` where that cannot be told. */
async function deadChannels(
  graph: Graph,
  node: GraphNode,
  name: string,
  channels: number,
): Promise<boolean[] | undefined> {
  const tensor = graph.initializers.get(name);
  const zeroPoint = graph.initializers.get(node.inputs[2] ?? '');
  if (tensor?.dtype !== 'int8' || graph.isInput(name) || node.has('block_size')) return undefined;
  if (zeroPoint !== undefined && (await zeroPoint.read()).data.some((value) => Number(value) !== 0)) return undefined;
  const { dims } = tensor;
  const axis = channels === 1 ? 0 : (node.int('axis', 1) + dims.length) % dims.length;
  const inner = channels === 1 ? tensor.size : dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const data = (await tensor.read()).data as Int8Array;
  const dead = new Array<boolean>(channels).fill(true);
  data.forEach((value, index) => {
    if (value !== 0) dead[Math.floor(index / inner) % channels] = false;
  });
  return dead;
}
