import { CalibrtError } from '../../errors.js';
import { addConstant } from '../constants.js';
import type { Graph } from '../graph.js';
import type { BiasPoint } from '../placement/types.js';
import { addLinear, type Insertion } from './insertion.js';
import { roundHalfEven } from './round.js';

/** The greatest magnitude of one product: of a UINT8 less its zero point, and an INT8. */
const largestProduct = 255 * 128;

/**
 * Largest magnitude of a quantized bias: kernels add the products to it in int32, which wraps around without a word. What is left for them
 * is the greatest sum that they can come to, but no more than half of int32: no network's products come to that sum, and less for
 * the bias costs the weights their precision.
 */
function largestBias(products: number): number {
  // One step of float32 less than int32 holds, against rounding in the scale.
  return 2 ** 31 - 2 ** 8 - Math.min(products * largestProduct, 2 ** 30);
}

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
  const largest = largestBias(productsOf(graph, point));
  const scales = weightScales.map((scale) => scale * inputScale);
  const data = Int32Array.from(values, (value, c) => {
    const quotient = value / (scales[perChannel ? c : 0] ?? 1);
    return Math.min(largest, Math.max(-largest, roundHalfEven(quotient)));
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

/** How many products make one output of a node with this bias, which has one value per output channel. */
function productsOf({ initializers }: Graph, { tensor, weight }: BiasPoint): number {
  return (initializers.get(weight)?.size ?? 0) / Math.max(1, initializers.get(tensor)?.size ?? 0);
}

/**
 * The least weight scale of each channel with which the bias and the products added to it still fit into INT32; one value where
 * the weights share a scale.
 */
export async function leastScales(
  graph: Graph,
  point: BiasPoint,
  inputScale: number,
  channels: number,
): Promise<Float32Array> {
  const values = (await graph.initializers.get(point.tensor)?.read())?.data as Float32Array | undefined;
  const largest = largestBias(productsOf(graph, point));
  const least = new Float32Array(channels);
  values?.forEach((value, c) => {
    const scale = Math.abs(value) / (inputScale * largest);
    const index = channels > 1 ? c : 0;
    least[index] = Math.max(least[index] ?? 0, scale);
  });
  return least;
}
