import { toNumbers } from './convert.js';
import type { SampleSummary } from './spec.js';
import type { Tensor } from './tensor.js';

/** Shape, least, greatest and mean value of a tensor; zeros for an empty one. */
export function summarizeSample(tensor: Tensor): SampleSummary {
  const values = toNumbers(tensor.data, tensor.dtype);
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  // By index: this runs over every value of every sample.
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const { dtype, shape } = tensor;
  if (values.length === 0) return { dtype, shape, min: 0, max: 0, mean: 0 };
  return { dtype, shape, min, max, mean: sum / values.length };
}
