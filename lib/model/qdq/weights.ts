import type { QuantizedWeights } from '../../native.js';
import { addConstant } from '../constants.js';
import type { WeightPoint } from '../placement/types.js';
import { addLinear, type Insertion } from './insertion.js';
import { scaleFloor } from './scale.js';

/**
 * Symmetric INT8 weights, range ±127 and scale amax/127 per channel, of data laid out as [outer, channels, inner]; a channel of
 * zeros gets `floor` as its scale.
 */
export type QuantizeWeights = (
  data: Float32Array,
  channels: number,
  inner: number,
  floor: number,
) => Promise<QuantizedWeights>;

/** A constant that became INT8. */
export interface QuantizedWeight {
  /** Name of the float constant. */
  readonly tensor: string;
  /** Name of the INT8 one. */
  readonly quantized: string;
  readonly axis: number | undefined;
  readonly scales: Float32Array;
  readonly bytes: { readonly float32: number; readonly int8: number };
}

/** Stores a constant as INT8 and puts DequantizeLinear between it and its quantized readers. */
export async function insertWeight(
  insertion: Insertion,
  point: WeightPoint,
  quantizeWeights: QuantizeWeights,
): Promise<QuantizedWeight> {
  const { graph } = insertion;
  const { tensor, axis, channels, inner, edges } = point;
  const constant = graph.initializers.get(tensor);
  if (!constant) throw new Error(`the placement names constant "${tensor}", which this model has not`);
  const { data: values } = await constant.read();
  const { data, scales } = await quantizeWeights(values as Float32Array, channels, inner, scaleFloor);
  const shape = axis === undefined ? [] : [channels];
  const quantized = addConstant(graph, `${tensor}_quantized`, { dtype: 'int8', shape: constant.dims, data });
  const scale = addConstant(graph, `${tensor}_scale`, { dtype: 'float32', shape, data: scales });
  const zeroPoint = addConstant(graph, `${tensor}_zero_point`, {
    dtype: 'int8',
    shape,
    data: new Int8Array(scales.length),
  });
  const next = insertion.first(edges);
  const restored = addLinear(insertion, next, 'DequantizeLinear', [quantized, scale, zeroPoint], tensor, axis);
  for (const edge of edges) insertion.node(edge).setInput(edge.input, restored);
  return { tensor, quantized, axis, scales, bytes: { float32: values.byteLength, int8: data.byteLength } };
}
