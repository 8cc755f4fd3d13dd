import { dropUnusedInitializers } from '../clean/unused.js';
import { addConstant } from '../constants.js';
import { Initializer } from '../initializer.js';
import type { Model } from '../model.js';
import { upgradeOpset } from '../opset/upgrade.js';
import type { Placement, WeightPoint } from '../placement/types.js';
import { insertActivation } from '../qdq/activations.js';
import type { QdqReport } from '../qdq/insert.js';
import { addLinear, Insertion } from '../qdq/insertion.js';
import { finalRanges, type QuantizationRange } from '../qdq/ranges.js';
import { scaleFloor } from '../qdq/scale.js';
import { readWeights, type QuantizedWeight } from '../qdq/weights.js';
import { greatestE4m3, numberToE4m3 } from './e4m3.js';

/** The first operator set with FP8. */
const fp8Opset = 19;

/**
 * Writes a placement into the model, in place, in FP8 E4M3: QuantizeLinear and DequantizeLinear at the activations, FP8 constants with
 * DequantizeLinear for the weights, whose scales per channel are amax / 448. The operator set is raised to 19, the first with FP8.
 *
 * @param scales - Of every tensor in `placement.activations`: amax / 448.
 * @throws CalibrtError `ERR_CALIBRATION` where a scale is missing or unusable; `ERR_MODEL_UNSUPPORTED` where the operator set cannot be
 *   raised.
 */
export async function insertFp8(
  model: Model,
  placement: Placement,
  scales: ReadonlyMap<string, QuantizationRange>,
): Promise<QdqReport> {
  await upgradeOpset(model, fp8Opset);
  const final = finalRanges(placement, scales, 'int8');
  const insertion = new Insertion(model.graph);
  const weights: QuantizedWeight[] = [];
  for (const point of placement.weights) weights.push(await insertWeight(insertion, point));
  for (const point of placement.activations) {
    const range = final.ranges.get(point.tensor);
    if (range) insertActivation(insertion, point, range, 'float8e4m3fn', false);
  }
  insertion.apply();
  dropUnusedInitializers(model.graph);
  return { tensors: final.ranges, floored: final.floored, weights };
}

async function insertWeight(insertion: Insertion, point: WeightPoint): Promise<QuantizedWeight> {
  const { graph } = insertion;
  const { tensor, axis, channels, inner, edges } = point;
  const { values, dims } = await readWeights(graph, tensor);
  const channelOf = (index: number): number => Math.floor(index / inner) % channels;
  const scales = new Float32Array(channels);
  values.forEach((value, index) => {
    const channel = channelOf(index);
    scales[channel] = Math.max(scales[channel]!, Math.abs(value) / greatestE4m3);
  });
  scales.forEach((scale, channel) => {
    scales[channel] = Math.max(scale, scaleFloor);
  });
  const data = Uint8Array.from(values, (value, index) => numberToE4m3(Math.fround(value / scales[channelOf(index)]!)));
  const shape = axis === undefined ? [] : [channels];
  const [scale, zero, quantized] = [
    addConstant(graph, `${tensor}_scale`, { dtype: 'float32', shape, data: scales }),
    graph.uniqueName(`${tensor}_zero_point`),
    graph.uniqueName(`${tensor}_quantized`),
  ];
  graph.setInitializer(Initializer.fromBytes(zero, 'float8e4m3fn', shape, new Uint8Array(scales.length)));
  graph.setInitializer(Initializer.fromBytes(quantized, 'float8e4m3fn', dims, data));
  const next = insertion.first(edges);
  const restored = addLinear(insertion, next, 'DequantizeLinear', [quantized, scale, zero], tensor, { axis });
  for (const edge of edges) insertion.node(edge).setInput(edge.input, restored);
  return { tensor, quantized, axis, scales, bytes: { float32: values.byteLength, int8: data.byteLength } };
}
