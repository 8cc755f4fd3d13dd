import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { iterationsOf, summarizeLayers } from '#lib/backends/tensorrt/layer-times.js';

describe('summarizeLayers', () => {
  it('sums, averages, takes the middle and the share', () => {
    const layers = [
      { name: 'conv', milliseconds: Float32Array.of(3, 1, 2) },
      { name: 'relu', milliseconds: Float32Array.of(0.5, 0.5, 1) },
    ];
    expect(iterationsOf(layers)).toBe(3);
    expect(summarizeLayers(layers)).toEqual([
      { name: 'conv', timeMs: 6, averageMs: 2, medianMs: 2, percentage: 75 },
      { name: 'relu', timeMs: 2, averageMs: Math.fround(2 / 3), medianMs: 0.5, percentage: 25 },
    ]);
  });

  it('takes the mean of the two in the middle of an even number', () => {
    expect(summarizeLayers([{ name: 'a', milliseconds: Float32Array.of(4, 1, 3, 2) }])[0]!.medianMs).toBe(2.5);
  });

  it('has shares that add up to 100, whatever the times', () => {
    const times = fc.array(fc.float({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 8 }), (samples) => {
        const layers = samples.map((each, i) => ({ name: `l${i}`, milliseconds: Float32Array.from(each) }));
        const summary = summarizeLayers(layers);
        const total = summary.reduce((sum, { percentage }) => sum + percentage, 0);
        const any = summary.some(({ timeMs }) => timeMs > 0);
        expect(total).toBeCloseTo(any ? 100 : 0, 2);
      }),
    );
  });

  it('makes nothing of no iterations', () => {
    expect(iterationsOf([])).toBe(0);
    expect(summarizeLayers([])).toEqual([]);
  });
});
