import { allocate, elementCount, isFloat } from '../data/dtype.js';
import type { DataType, Tensor } from '../data/index.js';
import { numberToFloat16 } from '../float16.js';

const multiplier = 16807;
const modulus = 2 ** 31 - 1;
/** The greatest minus the least number of the engine, which gives 1 to 2^31 - 2. */
const span = modulus - 2;

/** Whole numbers of each type, ends included. */
const integerRanges: Partial<Record<DataType, readonly [number, number]>> = {
  int8: [-128, 127],
  int32: [-128, 127],
  int64: [-128, 127],
  uint8: [0, 255],
  bool: [0, 1],
};

/**
 * The values that trtexec fills an input with: the default engine of libstdc++ (minstd_rand0) from its default seed for every tensor,
 * uniform in [-1, 1) for real types, whole numbers in a fixed range for the others.
 *
 * @param dtype - A type that TensorRT takes for inputs.
 */
export function randomInput(dtype: DataType, shape: readonly number[]): Tensor {
  const data = allocate(dtype, elementCount(shape));
  const next = isFloat(dtype) ? reals() : integers(...(integerRanges[dtype] ?? [-128, 127]));
  const store = storeAs(dtype);
  for (let i = 0; i < data.length; ++i) data[i] = store(next());
  return { dtype, shape, data };
}

function storeAs(dtype: DataType): (value: number) => number & bigint {
  const stores: Partial<Record<DataType, (value: number) => number | bigint>> = {
    float16: numberToFloat16,
    bfloat16: roundToBfloat16,
    int64: BigInt,
  };
  // A typed array takes the kind of its own elements, which `dtype` decides.
  return (stores[dtype] ?? ((value) => value)) as (value: number) => number & bigint;
}

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The upper half of a finite float32, to the nearest, ties to even. */
function roundToBfloat16(value: number): number {
  single[0] = value;
  const [word = 0] = bits;
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

function engine(): () => number {
  let state = 1;
  // Below 2^53: exact in doubles.
  return () => (state = (state * multiplier) % modulus);
}

/** `std::uniform_real_distribution<float>(-1, 1)`: one draw per value, all in float32. */
function reals(): () => number {
  const draw = engine();
  const range = Math.fround(span + 1);
  return () => {
    const canonical = Math.fround(Math.fround(draw() - 1) / range);
    // Rounding can reach 1, for which libstdc++ takes the float below.
    const below = canonical >= 1 ? 1 - 2 ** -24 : canonical;
    return Math.fround(Math.fround(below * 2) - 1);
  };
}

/** `std::uniform_int_distribution<int>(low, high)`: equal shares of the engine's range, what is left over drawn again. */
function integers(low: number, high: number): () => number {
  const draw = engine();
  const share = Math.floor(span / (high - low + 1));
  const past = share * (high - low + 1);
  return () => {
    let value: number;
    do value = draw() - 1;
    while (value >= past);
    return low + Math.floor(value / share);
  };
}
