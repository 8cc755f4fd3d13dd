/** 16-bit floats as the bits that calibrt's tensors hold, on every version of Node. */
const scratch = new Float32Array(1);
const bits = new Uint32Array(scratch.buffer);

/** The value of IEEE binary16 bits. */
export function float16ToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The value of bfloat16 bits: the upper half of a float32. */
export function bfloat16ToNumber(half: number): number {
  bits[0] = half << 16;
  return scratch[0]!;
}

/** The binary16 bits nearest to `value`, ties to even; beyond 65,504 they are an infinity's. */
export function numberToFloat16(value: number): number {
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below the least normal number the unit is that of the subnormals.
  const exponent = magnitude < 2 ** -14 ? -14 : Math.floor(Math.log2(magnitude));
  return magnitude === 0 ? sign : sign | encode(magnitude, exponent);
}

// log2 may round up to the next power of two: a carry and a borrow come out right because significand and exponent add up.
function encode(magnitude: number, exponent: number): number {
  const units = roundHalfEven(magnitude * 2 ** (10 - exponent));
  return magnitude < 2 ** -14 ? units : ((exponent + 15) << 10) + (units - 1024);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
