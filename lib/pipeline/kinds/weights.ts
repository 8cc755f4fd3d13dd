import type { QuantizeWeights } from '../../model/index.js';
import { native } from '../../native.js';
import type { KindOptions } from './options.js';

/** How weights become INT8 for a kind; `undefined`: symmetric, with float scales. */
export function weightQuantizer({ scales, weightRanges }: KindOptions): QuantizeWeights | undefined {
  const isPow2 = scales === 'pow2';
  if (weightRanges === 'asymmetric') {
    return (data, _channels, _inner, floor) => Promise.resolve(asymmetricWeights(data, floor, isPow2));
  }
  return isPow2 ? powerOfTwoWeights : undefined;
}

/** Symmetric weights whose scales are powers of two, none below amax / 127. */
const powerOfTwoWeights: QuantizeWeights = async (data, channels, inner, floor) => {
  const { scales } = await native().quantizeWeights(data, channels, inner, floor);
  const scale = native().powerOfTwoScales(scales);
  const layout = channels > 1 ? { inner } : {};
  return { data: native().quantizeLinear(data, { scale, dtype: 'int8', ...layout }) as Int8Array, scales: scale };
};

/** All 256 levels between the least and the greatest weight, 0 among them. */
function asymmetricWeights(
  data: Float32Array,
  floor: number,
  isPow2: boolean,
): { data: Int8Array; scales: Float32Array; zeroPoints: Int8Array } {
  const least = data.reduce((min, value) => Math.min(min, value), 0);
  const greatest = data.reduce((max, value) => Math.max(max, value), 0);
  const exact = Float32Array.of(Math.max(floor, (greatest - least) / 255));
  const scales = isPow2 ? native().powerOfTwoScales(exact) : exact;
  const zero = Math.min(127, Math.max(-128, Math.round(-128 - least / scales[0]!)));
  const options = { scale: scales, zeroPoint: Int32Array.of(zero), dtype: 'int8' } as const;
  return { data: native().quantizeLinear(data, options) as Int8Array, scales, zeroPoints: Int8Array.of(zero) };
}
