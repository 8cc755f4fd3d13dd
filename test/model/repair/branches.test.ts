import { describe, expect, it } from 'vitest';
import { dialFeeds, dialsOf, insertQdq, measureBranches, placeQdq } from '#lib/model/index.js';
import { build, int, ints } from '../build.js';
import { ort, randomFeeds, run } from '../helpers.js';

describe('what the readers of a tensor make of it', () => {
  it('is measured for each apart, as the Q/DQ model has it, padding looked through', async () => {
    const model = build(
      [
        ['Conv', 'x w1 b1', 'a', { pads: ints(1, 1, 1, 1) }],
        ['Pad', 'x pads', 'padded'],
        ['Conv', 'padded w2', 'b', { group: int(16) }],
      ],
      {
        inputs: { x: ['N', 16, 5, 5] },
        outputs: ['a', 'b'],
        constants: { w1: [5, 16, 3, 3], b1: [5], w2: [16, 1, 3, 3], pads: [0n, 0n, 1n, 1n, 0n, 0n, 1n, 1n] },
      },
    );
    const placement = placeQdq(model, { form: 'tensorrt' });
    // Clips half of what the input holds.
    const ranges = new Map(placement.activations.map(({ tensor }) => [tensor, { scale: 0.5 / 127 }]));
    const feeds = randomFeeds(model);

    const measures = await measureBranches(model, placement);
    const dials = Object.entries(dialFeeds(dialsOf(placement, ranges))).map(
      ([name, { data, shape }]) => [name, new ort.Tensor('float32', data as Float32Array, shape)] as const,
    );
    const measured = await run(measures.model, { ...feeds, ...Object.fromEntries(dials) });
    expect(measures.branches).toEqual([
      { tensor: 'x', node: 'a' },
      { tensor: 'x', node: 'b' },
    ]);

    const quantized = model.clone();
    await insertQdq(quantized, placement, ranges);
    const [reference, candidate] = [await run(model, feeds), await run(quantized, feeds)];
    measures.branches.forEach(({ node }, i) => {
      const [y, q] = [reference, candidate].map((outputs) => Array.from(outputs[node]!.data, Number));
      const expected = y!.reduce((sum, value, at) => sum + (value - q![at]!) ** 2, 0);
      expect(expected).toBeGreaterThan(1);
      expect(Number(measured[measures.outputs[i]!]!.data[0]) / expected).toBeCloseTo(1, 4);
    });
  });
});
