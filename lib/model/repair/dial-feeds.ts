import type { NamedTensors } from '../../data/tensor.js';
import { dialInputs, type Dial } from '../dial-inputs.js';
import type { Placement } from '../placement/types.js';
import { finalRanges, type QuantizationRange } from '../qdq/ranges.js';
import { integerRange } from '../qdq/scale.js';

/** The dials that quantize every tensor of a placement as `insertQdq` would with these ranges. */
export function dialsOf(placement: Placement, ranges: ReadonlyMap<string, QuantizationRange>): Dial[] {
  const type = placement.form === 'tensorrt' ? 'int8' : 'uint8';
  const final = finalRanges(placement, ranges, type).ranges;
  const { min, max } = integerRange[type];
  return placement.activations.map(({ tensor }) => {
    const { scale, zeroPoint } = final.get(tensor)!;
    return { step: scale, low: min - zeroPoint, high: max - zeroPoint };
  });
}

/** Dials as the inputs of a model that has them. */
export function dialFeeds(dials: readonly Dial[]): NamedTensors {
  const vector = (value: keyof Dial): NamedTensors[string] => ({
    dtype: 'float32',
    shape: [dials.length],
    data: Float32Array.from(dials, (dial) => dial[value]),
  });
  return { [dialInputs.steps]: vector('step'), [dialInputs.lows]: vector('low'), [dialInputs.highs]: vector('high') };
}
