import { CalibrtError } from '../../errors.js';
import type { ActivationPoint } from '../placement/types.js';
import { addLinear, addScalarParameters, type Insertion } from './insertion.js';
import type { FinalRange } from './ranges.js';
import type { QuantizedType } from './scale.js';

/**
 * Puts QuantizeLinear and DequantizeLinear between a tensor and the given readers, which share one pair; with `dedicated`, each
 * reader gets a pair of its own with the same scale.
 */
export function insertActivation(
  insertion: Insertion,
  point: ActivationPoint,
  range: FinalRange,
  type: QuantizedType | 'float8e4m3fn',
  dedicated: boolean,
): void {
  const { edges } = point;
  const tensor = point.output ? renameResult(insertion, point.tensor) : point.tensor;
  const [scale, zeroPoint] = addScalarParameters(insertion.graph, point.tensor, range.scale, range.zeroPoint, type);
  const outputName = point.output ? point.tensor : undefined;
  const groups = dedicated && !point.output ? edges.map((edge) => [edge]) : [edges];
  for (const group of groups) {
    const next = insertion.first(group);
    const quantized = addLinear(insertion, next, 'QuantizeLinear', [tensor, scale, zeroPoint], point.tensor);
    const inputs = [quantized, scale, zeroPoint];
    const restored = addLinear(insertion, next, 'DequantizeLinear', inputs, point.tensor, { output: outputName });
    for (const edge of group) insertion.node(edge).setInput(edge.input, restored);
  }
}

/** Gives the float result behind a graph output, which keeps its name, another one. */
export function renameResult(insertion: Insertion, tensor: string): string {
  const producer = insertion.graph.producer(tensor);
  if (!producer) throw new CalibrtError('ERR_INTERNAL', `the output "${tensor}" to quantize is made by no node`);
  const name = insertion.graph.uniqueName(`${tensor}_float`);
  producer.setOutputs(producer.outputs.map((output) => (output === tensor ? name : output)));
  return name;
}
