import { native } from '../../native.js';
import { dropUnusedInitializers } from '../clean/unused.js';
import { addConstant, float32 } from '../constants.js';
import type { Model } from '../model.js';
import { GraphNode } from '../node.js';
import type { ActivationPoint, Placement, WeightPoint } from '../placement/types.js';
import { renameResult } from '../qdq/activations.js';
import type { QdqReport } from '../qdq/insert.js';
import { Insertion } from '../qdq/insertion.js';
import { finalRanges, type FinalRange, type QuantizationRange } from '../qdq/ranges.js';
import { scaleFloor } from '../qdq/scale.js';
import { readWeights, type QuantizedWeight } from '../qdq/weights.js';

/** Integers that no runtime has a kernel for. */
export interface SimulatedIntegers {
  /** Width, 2 to 16. */
  readonly bits: number;
  /** Whether activations go from 0 to 2^bits - 1, with a zero point; else they are signed and symmetric. */
  readonly unsigned: boolean;
  /** Rounds the weights stochastically, by a generator with this seed; activations are rounded to the nearest. */
  readonly stochasticSeed?: number | undefined;
}

/**
 * Writes a placement into the model, in place, as a simulation in float32: clip(round(x / scale), least, greatest)·scale at the
 * activations, rounding half to even, and constants that hold the values of the quantized weights. Biases stay float.
 *
 * @param ranges - Scale and zero point of every tensor in `placement.activations`, in the integers that are simulated.
 * @throws CalibrtError `ERR_CALIBRATION` where a range is missing or unusable.
 */
export async function insertSimulation(
  model: Model,
  placement: Placement,
  ranges: ReadonlyMap<string, QuantizationRange>,
  integers: SimulatedIntegers,
): Promise<QdqReport> {
  const { graph } = model;
  // Zero points are beyond UINT8 where there are more bits; they only shift the limits here.
  const symmetric = new Map([...ranges].map(([tensor, { scale }]) => [tensor, { scale }]));
  const final = finalRanges({ ...placement, groups: integers.unsigned ? [] : placement.groups }, symmetric, 'int8');
  const insertion = new Insertion(graph);
  const weights: QuantizedWeight[] = [];
  for (const [index, point] of placement.weights.entries()) {
    weights.push(await simulateWeight(insertion, point, integers, index));
  }
  const written = new Map<string, FinalRange>();
  for (const point of placement.activations) {
    const { scale } = final.ranges.get(point.tensor)!;
    const range = { scale, zeroPoint: ranges.get(point.tensor)?.zeroPoint ?? 0 };
    written.set(point.tensor, range);
    simulateActivation(insertion, point, range, integers);
  }
  insertion.apply();
  dropUnusedInitializers(graph);
  return { tensors: written, floored: final.floored, weights };
}

function simulateActivation(
  insertion: Insertion,
  point: ActivationPoint,
  { scale, zeroPoint }: FinalRange,
  { bits, unsigned }: SimulatedIntegers,
): void {
  const { graph } = insertion;
  const tensor = point.output ? renameResult(insertion, point.tensor) : point.tensor;
  const next = insertion.first(point.edges);
  const constant = (what: string, value: number): string =>
    addConstant(graph, `${point.tensor}_${what}`, float32(value));
  const emit = (opType: string, inputs: readonly string[], output = `${point.tensor}_${opType}_simulated`): string => {
    const name = graph.uniqueName(output);
    insertion.add(next, GraphNode.create({ opType, name, inputs, outputs: [name] }));
    return name;
  };
  const least = unsigned ? -zeroPoint : -(2 ** (bits - 1));
  const step = constant('scale', scale);
  const rounded = emit('Round', [emit('Div', [tensor, step])]);
  const limits = [constant('least', least), constant('greatest', least + 2 ** bits - 1)];
  const clipped = emit('Clip', [rounded, ...limits]);
  const restored = point.output ? point.tensor : graph.uniqueName(`${point.tensor}_simulated`);
  const spec = { opType: 'Mul', name: graph.uniqueName(`${point.tensor}_Mul_simulated`), inputs: [clipped, step] };
  insertion.add(next, GraphNode.create({ ...spec, outputs: [restored] }));
  for (const edge of point.edges) insertion.node(edge).setInput(edge.input, restored);
}

/** Weights are symmetric, from -(2^(bits-1) - 1) to 2^(bits-1) - 1. */
async function simulateWeight(
  insertion: Insertion,
  point: WeightPoint,
  { bits, stochasticSeed }: SimulatedIntegers,
  index: number,
): Promise<QuantizedWeight> {
  const { graph } = insertion;
  const { tensor, axis, channels, inner, edges } = point;
  const { values, dims } = await readWeights(graph, tensor);
  const scales = new Float32Array(channels);
  values.forEach((value, at) => {
    const channel = Math.floor(at / inner) % channels;
    scales[channel] = Math.max(scales[channel]!, Math.abs(value));
  });
  scales.forEach((amax, channel) => {
    scales[channel] = Math.max(scaleFloor, amax / (2 ** (bits - 1) - 1));
  });
  const data = native().fakeQuantize(values, {
    bits,
    signed: true,
    narrow: true,
    scale: scales,
    ...(channels > 1 ? { inner } : {}),
    // Another sequence for each weight.
    ...(stochasticSeed === undefined ? {} : { stochasticSeed: stochasticSeed + index }),
  });
  const name = addConstant(graph, `${tensor}_simulated`, { dtype: 'float32', shape: dims, data });
  for (const edge of edges) insertion.node(edge).setInput(edge.input, name);
  return { tensor, quantized: name, axis, scales, bytes: { float32: values.byteLength, int8: data.byteLength } };
}
