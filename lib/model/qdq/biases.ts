import { CalibrtError } from '../../errors.js';
import { addConstant } from '../constants.js';
import type { Graph } from '../graph.js';
import type { BiasPoint } from '../placement/types.js';
import { addLinear, type Insertion } from './insertion.js';
import { roundHalfEven } from './round.js';

/** Largest magnitude of a quantized bias; one less than int32 holds, against rounding in the scale. */
const largestBias = 2 ** 31 - 2 ** 8;

/**
 * Stores a bias as INT32 with the scale of its products, input scale times weight scale, per channel where the weights are.
 */
export async function insertBias(
  insertion: Insertion,
  point: BiasPoint,
  inputScale: number,
  weightScales: Float32Array,
): Promise<void> {
  const { graph } = insertion;
  const constant = graph.initializers.get(point.tensor);
  if (!constant)
    throw new CalibrtError('ERR_INTERNAL', `the placement names bias "${point.tensor}", which the model has not`);
  const values = (await constant.read()).data as Float32Array;
  const perChannel = weightScales.length > 1;
  const scales = weightScales.map((scale) => scale * inputScale);
  const data = Int32Array.from(values, (value, c) => {
    const quotient = value / (scales[perChannel ? c : 0] ?? 1);
    return Math.min(largestBias, Math.max(-largestBias, roundHalfEven(quotient)));
  });
  const shape = perChannel ? [scales.length] : [];
  const quantized = addConstant(graph, `${point.tensor}_quantized`, { dtype: 'int32', shape: constant.dims, data });
  const scale = addConstant(graph, `${point.tensor}_scale`, { dtype: 'float32', shape, data: scales });
  const zero = addConstant(graph, `${point.tensor}_zero_point`, {
    dtype: 'int32',
    shape,
    data: new Int32Array(scales.length),
  });
  const next = insertion.node(point.edge);
  const axis = perChannel ? 0 : undefined;
  const restored = addLinear(insertion, next, 'DequantizeLinear', [quantized, scale, zero], point.tensor, { axis });
  next.setInput(point.edge.input, restored);
}

/** The least weight scale of each channel with which the bias still fits into INT32; one value where the weights share a scale. */
export async function leastScales(
  graph: Graph,
  point: BiasPoint,
  inputScale: number,
  channels: number,
): Promise<Float32Array> {
  const values = (await graph.initializers.get(point.tensor)?.read())?.data as Float32Array | undefined;
  const least = new Float32Array(channels);
  values?.forEach((value, c) => {
    const scale = Math.abs(value) / (inputScale * largestBias);
    const index = channels > 1 ? c : 0;
    least[index] = Math.max(least[index] ?? 0, scale);
  });
  return least;
}
