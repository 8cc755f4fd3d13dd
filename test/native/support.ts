import { native, type NativeStatistics } from '#lib/native.js';

/** Statistics of all these values. */
export function statisticsOf(...parts: readonly Float32Array[]): NativeStatistics {
  const statistics = new (native().Statistics)();
  for (const part of parts) statistics.accumulate(part);
  return statistics;
}

/** Serialized statistics as a string: two are equal where the states are. */
export function stateOf(statistics: NativeStatistics): string {
  return Buffer.from(statistics.serialize()).toString('base64');
}

/** The kernel sets that this processor has; `portable` is one of them. */
export function supportedInstructionSets(): ('avx512' | 'avx2' | 'portable')[] {
  const addon = native();
  const chosen = addon.instructionSet as 'avx512' | 'avx2' | 'portable';
  const supported = (['avx512', 'avx2', 'portable'] as const).filter((name) => {
    try {
      addon.useInstructionSet(name);
      return true;
    } catch {
      return false;
    }
  });
  addon.useInstructionSet(chosen);
  return supported;
}

/** A small, fast, seeded generator (mulberry32): uniform in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** `length` values of the shapes that activations have. */
export const shapes = {
  gaussian: (length: number) => samples(length, 1, normal),
  laplace: (length: number) => samples(length, 2, (random) => Math.sign(random() - 0.5) * -Math.log(1 - random())),
  relu: (length: number) => samples(length, 3, (random) => Math.max(0, normal(random))),
  heavyTailed: (length: number) => samples(length, 4, (random) => normal(random) * Math.exp(1.2 * normal(random))),
  mixed: (length: number) =>
    samples(length, 5, (random) => (random() < 0.995 ? normal(random) : 12 + 3 * normal(random))),
} as const;

function samples(length: number, seed: number, draw: (random: () => number) => number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length }, () => draw(random));
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Every element times `factor`, rounded to float32. */
export function scaled(data: Float32Array, factor: number): Float32Array {
  return data.map((value) => value * factor);
}
