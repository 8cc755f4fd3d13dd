/** A stream of uniform unsigned 32-bit numbers. */
export type RandomSource = () => number;

/**
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators"), its state filled by splitmix32 from
 * `seed`, so that neighbouring seeds give unrelated streams.
 */
export function seededRandom(seed: number): RandomSource {
  const fill = splitmix32(seed >>> 0);
  return xoshiro128starstar([fill(), fill(), fill(), fill()]);
}

/** xoshiro128** from a given state, of which at least one word is not 0. */
export function xoshiro128starstar(state: readonly [number, number, number, number]): RandomSource {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}

/** A uniform integer in [0, bound), without the bias of a remainder; `bound` is at most 2^32. */
export function randomBelow(random: RandomSource, bound: number): number {
  const limit = 2 ** 32 - (2 ** 32 % bound);
  let value = random();
  while (value >= limit) value = random();
  return value % bound;
}

/** The numbers 0..size-1 in an order drawn by Fisher and Yates's shuffle. */
export function shuffledIndices(size: number, random: RandomSource): number[] {
  const order = Array.from({ length: size }, (_, index) => index);
  for (let last = size - 1; last > 0; last--) {
    const other = randomBelow(random, last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

// Steele, Lea and Flood's SplitMix with the finalizer of MurmurHash3.
function splitmix32(seed: number): RandomSource {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
