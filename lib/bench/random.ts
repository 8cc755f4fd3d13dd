/** Pseudo-random numbers that are the same in every run and on every machine: sfc32 of Chris Doty-Humphrey's PractRand. */
export class Random {
  readonly #state: Uint32Array;

  /** @param seed - Any whole number; its lower 32 bits count. */
  constructor(seed: number) {
    this.#state = Uint32Array.of(0, 0, seed, 1);
    // As many as its author discards to mix a short seed.
    for (let i = 0; i < 15; i++) this.next();
  }

  /** Uniform in [0, 1), a multiple of 2^-32. */
  next(): number {
    const s = this.#state;
    const [a, b, c, counter] = s as unknown as readonly [number, number, number, number];
    const sum = (a + b + counter) >>> 0;
    s[0] = b ^ (b >>> 9);
    s[1] = c + (c << 3);
    s[2] = ((c << 21) | (c >>> 11)) + sum;
    s[3] = counter + 1;
    return sum / 2 ** 32;
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }
}
