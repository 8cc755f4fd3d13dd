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
  type: QuantizedType,
  dedicated: boolean,
): void {
  const { tensor, edges } = point;
  const [scale, zeroPoint] = addScalarParameters(insertion.graph, tensor, range.scale, range.zeroPoint, type);
  const groups = dedicated ? edges.map((edge) => [edge]) : [edges];
  for (const group of groups) {
    const next = insertion.first(group);
    const quantized = addLinear(insertion, next, 'QuantizeLinear', [tensor, scale, zeroPoint], tensor);
    const restored = addLinear(insertion, next, 'DequantizeLinear', [quantized, scale, zeroPoint], tensor);
    for (const edge of group) insertion.node(edge).setInput(edge.input, restored);
  }
}
