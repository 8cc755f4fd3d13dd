/** The greatest FP8 E4M3 value. There is no infinity: what is beyond saturates. */
export const greatestE4m3 = 448;

const NAN = 0x7f;
/** Exponent of the least normal number, 2^-6; below it the unit stays 2^-9. */
const LEAST_EXPONENT = -6;
const MANTISSA_BITS = 3;

/**
 * The FP8 E4M3FN bits nearest to a value, ties to even, saturating as QuantizeLinear does by default. NaN stays NaN.
 */
export function numberToE4m3(value: number): number {
  if (Number.isNaN(value)) return NAN;
  const sign = value < 0 || Object.is(value, -0) ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(value), greatestE4m3);
  if (magnitude === 0) return sign;
  // log2 is exact enough: where it rounds up to the next power of two, the units below are still right.
  const exponent = Math.max(LEAST_EXPONENT, Math.floor(Math.log2(magnitude)));
  const units = roundHalfEven(magnitude * 2 ** (MANTISSA_BITS - exponent));
  // The bits of an exponent and of a fraction add up, a carry included. Below the least normal number they have no hidden one.
  const bits = ((exponent - LEAST_EXPONENT) << MANTISSA_BITS) + units;
  return sign | Math.min(bits, 0x7e);
}

/** The value of FP8 E4M3FN bits. */
export function e4m3ToNumber(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> MANTISSA_BITS) & 0xf;
  const fraction = bits & 0x7;
  if (exponent === 0xf && fraction === 0x7) return NaN;
  if (exponent === 0) return sign * fraction * 2 ** (LEAST_EXPONENT - MANTISSA_BITS);
  return sign * (8 + fraction) * 2 ** (exponent - 7 - MANTISSA_BITS);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
