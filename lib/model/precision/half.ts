import type { Tensor } from '../../data/tensor.js';

/** A 16-bit type that a network can compute in. */
export type HalfType = 'float16' | 'bfloat16';

/** A constant in 16 bits, and what that did to it. */
export interface HalfValues {
  readonly bits: Uint16Array;
  /** A finite value became infinite. */
  readonly overflows: boolean;
  /** There are values other than 0, and each of them became 0 or subnormal. */
  readonly vanishes: boolean;
  /** Every value is a normal number in 16 bits; none is 0. */
  readonly normal: boolean;
}

interface Format {
  /** Bits of float32's fraction that go. */
  readonly dropped: number;
  /** Float32's biased exponent of the least normal number. */
  readonly leastExponent: number;
  /** The bits of infinity. */
  readonly infinity: number;
}

const formats: Readonly<Record<HalfType, Format>> = {
  float16: { dropped: 13, leastExponent: 113, infinity: 0x7c00 },
  bfloat16: { dropped: 16, leastExponent: 1, infinity: 0x7f80 },
};

/** Rounds float32 values to 16 bits, to nearest, ties to even; beyond the range they become infinite. */
export function toHalf(values: Float32Array, type: HalfType): HalfValues {
  const { dropped, leastExponent, infinity } = formats[type];
  const source = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  let overflows = false;
  let any = false;
  let normals = 0;
  for (let i = 0; i < source.length; i++) {
    const word = source[i]!;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    let half: number;
    if (magnitude > 0x7f800000) half = infinity | (infinity >>> 1);
    else if (magnitude === 0x7f800000) half = infinity;
    else if (magnitude >>> 23 < leastExponent) half = subnormal(magnitude, dropped, leastExponent);
    else {
      // A carry out of the fraction raises the exponent, as it should, up to infinity.
      half = Math.min(roundBits(magnitude - ((leastExponent - 1) << 23), dropped), infinity);
      overflows ||= half === infinity;
    }
    bits[i] = sign | half;
    any ||= magnitude !== 0;
    // A normal number's exponent bits are not all 0 nor all 1.
    if ((half & infinity) !== 0 && half < infinity) normals++;
  }
  const finite = (half: number): boolean => (half & 0x7fff) < infinity;
  return {
    bits,
    overflows,
    vanishes: any && normals === 0 && bits.every(finite),
    normal: normals === bits.length,
  };
}

/** The float32 tensor of the values that 16 bits hold. */
export function fromHalf(bits: Uint16Array, type: HalfType, shape: readonly number[]): Tensor {
  const { dropped, leastExponent, infinity } = formats[type];
  const words = new Uint32Array(bits.length);
  const data = new Float32Array(words.buffer);
  const unit = 2 ** (leastExponent - 127 - (23 - dropped));
  for (let i = 0; i < bits.length; i++) {
    const magnitude = bits[i]! & 0x7fff;
    const sign = (bits[i]! & 0x8000) << 16;
    if (magnitude >= infinity) words[i] = sign | 0x7f800000 | ((magnitude - infinity) << dropped);
    else if (magnitude & infinity) words[i] = sign | ((magnitude << dropped) + ((leastExponent - 1) << 23));
    else data[i] = sign === 0 ? magnitude * unit : -magnitude * unit;
  }
  return { dtype: 'float32', shape, data };
}

function roundBits(bits: number, dropped: number): number {
  const odd = (bits >>> dropped) & 1;
  return (bits + (1 << (dropped - 1)) - 1 + odd) >>> dropped;
}

// The significand, its leading one written out where there is one, shifted to the unit of the subnormals.
function subnormal(magnitude: number, dropped: number, leastExponent: number): number {
  const exponent = magnitude >>> 23;
  const significand = (magnitude & 0x7fffff) | (exponent === 0 ? 0 : 0x800000);
  const shift = dropped + leastExponent - Math.max(exponent, 1);
  return shift > 25 ? 0 : roundBits(significand, shift);
}
