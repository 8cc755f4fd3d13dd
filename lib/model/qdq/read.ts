import { bfloat16ToNumber, float16ToNumber } from '../../float16.js';
import { constantOf } from '../constants.js';
import { elementTypeName, isDataType, type ElementType } from '../element-type.js';
import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';

/** A QuantizeLinear as a model has it. */
export interface QuantizationPoint {
  /** The QuantizeLinear. */
  readonly node: string;
  /** The tensor that it quantizes. */
  readonly tensor: string;
  /** Whether that is a constant: a weight that is kept in float. */
  readonly isConstant: boolean;
  /** The type that it is quantized to. */
  readonly dtype: ElementType;
  /** One per channel, or one in all; `undefined` where it is computed while the model runs. */
  readonly scales: readonly number[] | undefined;
  /** Likewise; 0 where the model gives none. */
  readonly zeroPoints: readonly number[] | undefined;
}

/** Every QuantizeLinear of a graph, in order, those of other domains that bear the name included. */
export async function quantizationPoints(graph: Graph): Promise<QuantizationPoint[]> {
  const points: QuantizationPoint[] = [];
  for (const node of graph.nodes) {
    if (node.opType !== 'QuantizeLinear') continue;
    const [tensor = '', scale = '', zeroPoint = ''] = node.inputs;
    points.push({
      node: node.name,
      tensor,
      isConstant: constantOf(graph, tensor) !== undefined,
      dtype: quantizedType(graph, node),
      scales: await constantValues(graph, scale),
      zeroPoints: zeroPoint === '' ? [0] : await constantValues(graph, zeroPoint),
    });
  }
  return points;
}

/** The integer (or FP8) type of a QuantizeLinear's result or a DequantizeLinear's input, as far as the node itself tells. */
export function quantizedType(graph: Graph, node: GraphNode): ElementType {
  const zeroPoint = node.inputs[2];
  if (zeroPoint) return constantOf(graph, zeroPoint)?.dtype ?? 'undefined';
  if (node.opType === 'DequantizeLinear') return constantOf(graph, node.inputs[0] ?? '')?.dtype ?? 'undefined';
  const stated = node.int('output_dtype', 0);
  return stated === 0 ? 'uint8' : elementTypeName(stated);
}

/**
 * The values of a constant as numbers, 16-bit floats decoded; `undefined` where the tensor is computed. Types that have no typed array
 * (FP8, 4 bits) give their packed bytes, which are all 0 where the values are.
 */
export async function constantValues(graph: Graph, name: string): Promise<number[] | undefined> {
  const constant = constantOf(graph, name);
  if (constant === undefined) return undefined;
  if (!isDataType(constant.dtype)) return Array.from(constant.rawBytes() ?? []);
  const { dtype, data } = await constant.read();
  const values = Array.from(data as ArrayLike<number | bigint>, Number);
  if (dtype === 'float16') return values.map(float16ToNumber);
  return dtype === 'bfloat16' ? values.map(bfloat16ToNumber) : values;
}
