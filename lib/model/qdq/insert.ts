import { breathe } from '../../breathe.js';
import { CalibrtError, throwIfAborted } from '../../errors.js';
import { native } from '../../native.js';
import { perChannelOpset } from '../clean/clean.js';
import { dropUnusedInitializers } from '../clean/unused.js';
import type { Graph } from '../graph.js';
import type { Model } from '../model.js';
import type { BiasPoint, Placement, WeightPoint } from '../placement/types.js';
import { insertActivation } from './activations.js';
import { insertBias, leastScales } from './biases.js';
import { Insertion } from './insertion.js';
import { finalRanges, type FinalRange, type QuantizationRange } from './ranges.js';
import { insertWeight, type QuantizedWeight, type QuantizeWeights, type WeightStorage } from './weights.js';

/** Options of {@link insertQdq}. */
export interface InsertOptions {
  /** Quantizes weights; default: the native kernels. */
  readonly quantizeWeights?: QuantizeWeights;
  /** Gives each reader of a tensor a Q/DQ pair of its own instead of one for all. Default false. */
  readonly dedicated?: boolean;
  /** Default `int8`. `qdq` keeps the float weights, for tools that read those. */
  readonly weightStorage?: WeightStorage;
  readonly signal?: AbortSignal;
}

/** What {@link insertQdq} wrote. */
export interface QdqReport {
  /** Scale and zero point of every quantized tensor as they are in the graph. */
  readonly tensors: ReadonlyMap<string, FinalRange>;
  /** Tensors that were zero throughout: their scale is the floor. */
  readonly floored: readonly string[];
  /** Where ONNX Runtime's form has constants for each reader: those of the first. */
  readonly weights: readonly QuantizedWeight[];
}

/**
 * Writes a placement into the model, in place: QuantizeLinear and DequantizeLinear at the activations, INT8 constants with
 * DequantizeLinear for the weights. Constants that nothing reads any more are dropped.
 *
 * @param ranges - Scale (and zero point) of every tensor in `placement.activations`.
 * @throws CalibrtError `ERR_CALIBRATION` where a range is missing or unusable; `ERR_MODEL_UNSUPPORTED` where the operator set is
 * older than 13.
 */
export async function insertQdq(
  model: Model,
  placement: Placement,
  ranges: ReadonlyMap<string, QuantizationRange>,
  options: InsertOptions = {},
): Promise<QdqReport> {
  if (model.opset < perChannelOpset) {
    throw new CalibrtError(
      'ERR_MODEL_UNSUPPORTED',
      `Q/DQ per channel needs operator set ${perChannelOpset}; ${model.path} has ${model.opset}: clean the model first`,
    );
  }
  const type = placement.form === 'tensorrt' ? 'int8' : 'uint8';
  const final = finalRanges(placement, ranges, type);
  const quantize: QuantizeWeights =
    options.quantizeWeights ??
    ((data, channels, inner, floor) => native().quantizeWeights(data, channels, inner, floor));
  const insertion = new Insertion(model.graph);
  const scaleOf = (tensor: string): number => final.ranges.get(tensor)?.scale ?? 1;
  const weights: QuantizedWeight[] = [];
  for (const point of placement.weights) {
    for (const [index, part] of (placement.form === 'onnxruntime' ? byReader(point) : [point]).entries()) {
      await breathe();
      throwIfAborted(options.signal);
      const biases = placement.biases.filter((bias) => readsBoth(part, bias));
      const least = await leastOf(model.graph, biases, part.channels, scaleOf);
      const weight = await insertWeight(insertion, part, quantize, { least, storage: options.weightStorage ?? 'int8' });
      if (index === 0) weights.push(weight);
      for (const bias of biases) await insertBias(insertion, bias, scaleOf(bias.activation), weight.scales);
    }
  }
  for (const point of placement.activations) {
    const range = final.ranges.get(point.tensor);
    if (range) insertActivation(insertion, point, range, type, options.dedicated ?? false);
  }
  insertion.apply();
  dropUnusedInitializers(model.graph);
  return { tensors: final.ranges, floored: final.floored, weights };
}

/**
 * A point for each node that reads the weights. ONNX Runtime rewrites INT8 weights as UINT8 for one node at a time where it is asked for
 * exact products on x64, and refuses the model when it meets the constants of another node again.
 */
function byReader(point: WeightPoint): WeightPoint[] {
  const readers = new Set(point.edges.map(({ node }) => node));
  return [...readers].map((reader) => ({ ...point, edges: point.edges.filter(({ node }) => node === reader) }));
}

function readsBoth(weight: WeightPoint, bias: BiasPoint): boolean {
  return weight.tensor === bias.weight && weight.edges.some(({ node }) => node === bias.edge.node);
}

async function leastOf(
  graph: Graph,
  biases: readonly BiasPoint[],
  channels: number,
  scaleOf: (tensor: string) => number,
): Promise<Float32Array | undefined> {
  if (biases.length === 0) return undefined;
  const least = new Float32Array(channels);
  for (const bias of biases) {
    const own = await leastScales(graph, bias, scaleOf(bias.activation), channels);
    own.forEach((scale, c) => {
      least[c] = Math.max(least[c] ?? 0, scale);
    });
  }
  return least;
}
