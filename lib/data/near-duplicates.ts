import type { Batch } from './batch.js';
import { toNumbers } from './convert.js';
import type { Tensor } from './tensor.js';

/** Means of so many equal stretches of a sample stand for it. */
const SIGNATURE_LENGTH = 256;

/** Cosine of two signatures, each about its mean, from which on two samples are one: a picture and its copy in another quality. */
const SAME = 0.9995;

/** Pairs that are named; the rest is counted. */
const MOST_PAIRS = 20;

/** Samples that are nearly the same as another one. */
export interface NearDuplicates {
  /** Samples that have a near-duplicate before them: how many of the samples bring nothing new. */
  readonly count: number;
  /** The first such pairs by name. */
  readonly pairs: readonly (readonly [string, string])[];
}

/** Finds samples that repeat others, from a signature of each; memory is a kilobyte a sample. */
export class NearDuplicateFinder {
  readonly #names: string[] = [];
  readonly #signatures: Float32Array[] = [];

  /** Adds the samples of a batch. */
  add({ names, inputs }: Batch): void {
    const tensors = Object.values(inputs);
    names.forEach((name, index) => {
      this.#names.push(name);
      this.#signatures.push(signature(tensors, index, names.length));
    });
  }

  /** What was found so far. */
  result(): NearDuplicates {
    const pairs: (readonly [string, string])[] = [];
    let count = 0;
    this.#signatures.forEach((own, index) => {
      const twin = this.#signatures.findIndex((other, place) => place < index && cosine(own, other) >= SAME);
      if (twin < 0) return;
      count++;
      if (pairs.length < MOST_PAIRS) pairs.push([this.#names[twin]!, this.#names[index]!]);
    });
    return { count, pairs };
  }
}

/** Means of stretches of the sample's values, input after input, about their mean and of unit length; zeros for a constant sample. */
function signature(tensors: readonly Tensor[], index: number, samples: number): Float32Array {
  const means = tensors.flatMap(({ data, dtype }) => {
    const length = data.length / samples;
    return stretchMeans(toNumbers(data.subarray(index * length, (index + 1) * length), dtype));
  });
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  const centred = means.map((value) => value - mean);
  const norm = Math.hypot(...centred);
  return Float32Array.from(centred, (value) => (norm === 0 ? 0 : value / norm));
}

function stretchMeans(values: ArrayLike<number>): number[] {
  const means: number[] = [];
  const count = Math.min(SIGNATURE_LENGTH, values.length);
  for (let i = 0; means.length < count;) {
    const begin = i;
    const end = Math.floor(((means.length + 1) * values.length) / count);
    let sum = 0;
    for (; i < end; i++) sum += values[i]!;
    means.push(sum / (end - begin));
  }
  return means;
}

function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return 0;
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += a[i]! * b[i]!;
  return dot;
}
