import type { DynamicRange } from '../../../calibrators/index.js';
import { greatestE4m3, type GraphForm, type Placement, type QuantizationRange } from '../../model/index.js';
import { native } from '../../native.js';
import type { CalibrationTable } from '../../tables/index.js';
import { integerForm, isSymmetric } from '../calibration/integer-form.js';
import type { KindOptions } from './options.js';

/** What a kind makes of the ranges in a table, for every tensor of a placement. */
export function quantizationRanges(
  table: CalibrationTable,
  placement: Placement,
  { scales, dtype, bits }: KindOptions,
): Map<string, QuantizationRange> {
  const { form } = placement;
  const ranges = new Map<string, DynamicRange>(
    placement.activations.map(({ tensor }) => [tensor, table.tensors[tensor]!]),
  );
  // Those that share a scale share it before it is rounded: a zero point goes with its scale.
  if (scales === 'pow2' || bits !== undefined) unite(ranges, placement.groups);
  const entries = [...ranges].map(([tensor, range]): [string, QuantizationRange] => {
    if (dtype === 'fp8') return [tensor, { scale: Math.fround(Math.max(-range.min, range.max) / greatestE4m3) }];
    if (bits !== undefined) return [tensor, simulated(range, bits, form)];
    const exact = integerForm(tensor, range, form);
    return [tensor, scales === 'pow2' ? powerOfTwo(exact, range) : exact];
  });
  return new Map(entries);
}

function unite(ranges: Map<string, DynamicRange>, groups: Placement['groups']): void {
  for (const group of groups) {
    const all = group.flatMap((tensor) => ranges.get(tensor) ?? []);
    const united = { min: Math.min(...all.map(({ min }) => min)), max: Math.max(...all.map(({ max }) => max)) };
    for (const tensor of group) ranges.set(tensor, united);
  }
}

/** TensorRT's form is signed and symmetric, ONNX Runtime's unsigned with a zero point. */
function simulated(range: DynamicRange, bits: number, form: GraphForm): QuantizationRange {
  const amax = Math.max(-range.min, range.max);
  if (form === 'tensorrt') return { scale: Math.fround(amax / (2 ** (bits - 1) - 1)) };
  if (isSymmetric(range)) return { scale: Math.fround(amax / (2 ** (bits - 1) - 1)), zeroPoint: 2 ** (bits - 1) };
  const [low, high] = [Math.min(0, range.min), Math.max(0, range.max)];
  const scale = Math.fround((high - low) / (2 ** bits - 1));
  return { scale, zeroPoint: scale === 0 ? 0 : Math.round(-low / scale) };
}

/** The next power of two, and the zero point that goes with it. */
function powerOfTwo({ scale, zeroPoint = 0 }: QuantizationRange, range: DynamicRange): QuantizationRange {
  if (scale === 0) return { scale, zeroPoint };
  const [power = scale] = native().powerOfTwoScales(Float32Array.of(scale));
  return { scale: power, zeroPoint: isSymmetric(range) ? zeroPoint : Math.round(-range.min / power) };
}
