import { CalibrtError } from '../../errors.js';
import type { QuantizedWeights } from '../../native.js';
import { addConstant } from '../constants.js';
import type { Graph } from '../graph.js';
import type { WeightPoint } from '../placement/types.js';
import { addLinear, type Insertion } from './insertion.js';
import { roundHalfEven } from './round.js';
import { scaleFloor } from './scale.js';

/** INT8 weights, symmetric or with a zero point for each scale. */
export interface IntegerWeights extends QuantizedWeights {
  /** Default: all 0. */
  readonly zeroPoints?: Int8Array;
}

/**
 * INT8 weights: by default symmetric, range ±127 and scale amax/127 per channel, of data laid out as [outer, channels, inner]; a channel of
 * zeros gets `floor` as its scale.
 */
export type QuantizeWeights = (
  data: Float32Array,
  channels: number,
  inner: number,
  floor: number,
) => Promise<IntegerWeights>;

/** How a weight is kept: as INT8 with DequantizeLinear, or as it was, with QuantizeLinear and DequantizeLinear. */
export type WeightStorage = 'int8' | 'qdq';

/** A constant that became INT8. */
export interface QuantizedWeight {
  /** Name of the float constant. */
  readonly tensor: string;
  /** Name of the INT8 tensor: a constant, or what QuantizeLinear makes. */
  readonly quantized: string;
  readonly axis: number | undefined;
  readonly scales: Float32Array;
  readonly bytes: { readonly float32: number; readonly int8: number };
}

/**
 * Stores a constant as INT8 and puts DequantizeLinear between it and its quantized readers. A channel whose scale would be below
 * that of `least` is quantized with that one instead.
 */
export async function insertWeight(
  insertion: Insertion,
  point: WeightPoint,
  quantizeWeights: QuantizeWeights,
  options: { readonly least?: Float32Array | undefined; readonly storage?: WeightStorage } = {},
): Promise<QuantizedWeight> {
  const { least, storage = 'int8' } = options;
  const { graph } = insertion;
  const { tensor, axis, channels, inner, edges } = point;
  const { values, dims } = await readWeights(graph, tensor);
  const { data, scales, zeroPoints } = await quantizeWeights(values, channels, inner, scaleFloor);
  if (least) raiseScales(values, { data, scales, zeroPoints }, least, inner);
  const shape = axis === undefined ? [] : [channels];
  const scale = addConstant(graph, `${tensor}_scale`, { dtype: 'float32', shape, data: scales });
  const zeroPoint = addConstant(graph, `${tensor}_zero_point`, {
    dtype: 'int8',
    shape,
    data: zeroPoints ?? new Int8Array(scales.length),
  });
  const next = insertion.first(edges);
  const quantized =
    storage === 'int8'
      ? addConstant(graph, `${tensor}_quantized`, { dtype: 'int8', shape: dims, data })
      : addLinear(insertion, next, 'QuantizeLinear', [tensor, scale, zeroPoint], tensor, { axis });
  const restored = addLinear(insertion, next, 'DequantizeLinear', [quantized, scale, zeroPoint], tensor, { axis });
  for (const edge of edges) insertion.node(edge).setInput(edge.input, restored);
  return { tensor, quantized, axis, scales, bytes: { float32: values.byteLength, int8: data.byteLength } };
}

/**
 * The values of a float32 constant that is to be quantized.
 *
 * @throws CalibrtError `ERR_MODEL_INVALID` where one of them is not finite.
 */
export async function readWeights(
  graph: Graph,
  tensor: string,
): Promise<{ readonly values: Float32Array; readonly dims: readonly number[] }> {
  const constant = graph.initializers.get(tensor);
  if (!constant) throw new CalibrtError('ERR_INTERNAL', `the placement names "${tensor}", which the model has not`);
  const values = (await constant.read()).data as Float32Array;
  if (allFinite(values)) return { values, dims: constant.dims };
  const bad = values.findIndex((value) => !Number.isFinite(value));
  throw new CalibrtError(
    'ERR_MODEL_INVALID',
    `the weights "${tensor}" hold ${values[bad]} (element ${bad}), which no integer stands for: repair the model, or exclude ` +
      'the nodes that read them',
  );
}

/** Infinity and NaN times 0 are NaN: over millions of weights many times cheaper than asking each. */
function allFinite(values: Float32Array): boolean {
  let check = 0;
  for (let i = 0; i < values.length; i++) check += values[i]! * 0;
  return check === 0;
}

function raiseScales(
  values: Float32Array,
  { data, scales, zeroPoints }: Pick<IntegerWeights, 'data' | 'scales'> & { zeroPoints: Int8Array | undefined },
  least: Float32Array,
  inner: number,
): void {
  const raised = scales.map((scale, c) => Math.max(scale, least[c] ?? 0));
  for (let start = 0, block = 0; start < values.length; start += inner, block++) {
    const c = block % scales.length;
    const scale = raised[c] ?? 1;
    if (scale === scales[c]) continue;
    for (let i = start; i < start + inner; i++)
      data[i] = roundHalfEven((values[i] ?? 0) / scale) + (zeroPoints?.[c] ?? 0);
  }
  scales.set(raised);
}
