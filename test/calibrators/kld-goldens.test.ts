import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCalibrator } from '#calibrators/index.js';
import { native } from '#lib/native.js';
import { statisticsOf } from '../native/support.js';

/** What goldens/make_kld.py found. */
interface Goldens {
  readonly histograms: readonly {
    readonly name: string;
    readonly bits: number;
    readonly index: number;
    readonly divergences: readonly number[];
    readonly counts: readonly number[];
  }[];
  readonly values: readonly {
    readonly name: string;
    readonly bits: number;
    readonly notes: number;
    readonly source: number;
    /** Little-endian float32, in base64. */
    readonly values: string;
  }[];
}

const goldens = JSON.parse(readFileSync(new URL('goldens/kld.json', import.meta.url), 'utf8')) as Goldens;

describe.each(goldens.histograms)('kld search on $name', ({ counts, bits, index, divergences }) => {
  const found = native().searchKld(Float64Array.from(counts), bits);

  it('finds the divergence of every candidate', () => {
    expect(found.divergences).toHaveLength(divergences.length);
    divergences.forEach((expected, i) => {
      expect(Math.abs(found.divergences[i]! - expected)).toBeLessThan(1e-9 * Math.max(1, expected));
    });
  });

  it('keeps as many bins, the first of the best', () => {
    expect(found.index).toBe(index);
    expect(found.divergence).toBe(Math.min(...found.divergences));
  });
});

describe.each(goldens.values)('kld threshold of $name', ({ values, bits, ...expected }) => {
  const bytes = Buffer.from(values, 'base64');
  const statistics = statisticsOf(
    Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i)),
    new Float32Array(777),
  );

  it.each(['notes', 'source'] as const)('is that of the definition in the %s', async (kldVariant) => {
    const [range] = await createCalibrator('kld', { bits, kldVariant }).ranges([statistics]);
    expect(range!.max).toBeCloseTo(expected[kldVariant], 12);
    expect(range!.min).toBe(-range!.max);
  });
});

describe('kld', () => {
  it('takes the first of equal minima', () => {
    // All in the first bin: the divergence of every candidate is that of the folded tail, of which there is none.
    const counts = new Float64Array(2048);
    counts[0] = 10;
    const { index, divergences } = native().searchKld(counts, 8);
    expect(new Set(divergences)).toEqual(new Set([0]));
    expect(index).toBe(128);
  });
});
