import type { QuantizeWeights } from '#lib/model/index.js';

/** The nearest integer, halves to the even one. */
export function roundHalfEven(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** The plainest way to write down symmetric INT8 weights; what the kernels do fast. */
export const quantizeWeights: QuantizeWeights = (data, channels, inner, floor) => {
  const channelOf = (i: number): number => Math.floor(i / inner) % channels;
  const scales = new Float32Array(channels);
  data.forEach((value, i) => {
    scales[channelOf(i)] = Math.max(scales[channelOf(i)]!, Math.abs(value));
  });
  scales.forEach((amax, c) => {
    scales[c] = Math.max(amax / 127, floor);
  });
  const quantized = Int8Array.from(data, (value, i) => {
    return Math.min(127, Math.max(-127, roundHalfEven(value / scales[channelOf(i)]!)));
  });
  return Promise.resolve({ data: quantized, scales });
};
