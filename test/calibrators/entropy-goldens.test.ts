import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { native } from '#lib/native.js';

/** One histogram with what ModelOpt finds on it; made by goldens/make_entropy.py. */
interface Golden {
  readonly name: string;
  readonly bits: number;
  readonly start: number;
  readonly stride: number;
  readonly index: number;
  readonly least: number;
  readonly divergences: readonly [candidate: number, divergence: number | 'Infinity'][];
  readonly counts: readonly number[];
}

const goldens = JSON.parse(readFileSync(new URL('goldens/entropy.json', import.meta.url), 'utf8')) as Golden[];

describe.each(goldens)('entropy search on $name', ({ counts, bits, start, stride, index, least, divergences }) => {
  const found = native().searchEntropy(Float64Array.from(counts), bits, start, stride);

  it('finds the divergence of ModelOpt at every candidate', () => {
    expect(found.divergences).toHaveLength(Math.floor((counts.length - start) / stride) + 1);
    for (const [candidate, expected] of divergences) {
      if (expected === 'Infinity') expect(found.divergences[candidate]).toBe(Infinity);
      else expect(Math.abs(found.divergences[candidate]! - expected)).toBeLessThan(1e-9);
    }
  });

  it('finds its threshold, or one whose divergence is the same to 1e-9', () => {
    expect(Math.abs(found.divergence - least)).toBeLessThan(1e-9);
    expect(found.divergence).toBe(found.divergences[(found.index - start) / stride]);
    if (found.index !== index) {
      expect(Math.abs(found.divergences[(index - start) / stride]! - found.divergence)).toBeLessThan(1e-9);
    }
  });
});
