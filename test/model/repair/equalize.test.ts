import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalizeLayers, findPairs, type Model } from '#lib/model/index.js';
import { readFloats, writeFloats } from '#lib/model/repair/own-constant.js';
import { build, int, ints, type Line } from '../build.js';
import { randomFeeds, relativeError, run } from '../helpers.js';

const channels = 6;

/** Pointwise, depthwise, grouped, transposed and matrix weights, with all that lets a scale pass in between. */
function chain(): Model {
  const lines: Line[] = [
    ['Conv', 'x w1 b1', 'c1'],
    ['Relu', 'c1', 'r1'],
    ['Conv', 'r1 w2 b2', 'c2', { group: int(channels), pads: ints(1, 1, 1, 1) }],
    ['LeakyRelu', 'c2', 'r2'],
    ['MaxPool', 'r2', 'm2', { kernel_shape: ints(2, 2) }],
    ['Conv', 'm2 w3', 'c3', { group: int(2) }],
    ['PRelu', 'c3 slope', 'r3'],
    ['ConvTranspose', 'r3 w4 b4', 'c4'],
    ['Relu', 'c4', 'r4'],
    ['Flatten', 'r4', 'f4'],
    ['Gemm', 'f4 w5 b5', 'y', { transB: int(1) }],
  ];
  return build(lines, {
    inputs: { x: ['N', 3, 5, 5] },
    outputs: ['y'],
    constants: {
      ...{ w1: [channels, 3, 1, 1], b1: [channels], w2: [channels, 1, 3, 3], b2: [channels], w3: [8, 3, 2, 2] },
      ...{ slope: [8, 1, 1], w4: [8, 4, 1, 1], b4: [4], w5: [7, 4 * 9], b5: [7] },
    },
  });
}

/** Scales the output channels of a node, and its bias, as a training may leave them. */
async function unbalance(model: Model, name: string, factors: readonly number[]): Promise<void> {
  const node = model.nodes.find((each) => each.name === name)!;
  const per = async (input: number): Promise<void> => {
    const values = await readFloats(model.graph, node, input);
    if (!values) return;
    const block = values.length / factors.length;
    const { dims } = model.initializers.get(node.inputs[input]!)!;
    writeFloats(
      model.graph,
      node,
      input,
      values.map((value, i) => value * factors[Math.floor(i / block)]!),
      dims,
    );
  };
  await per(1);
  await per(2);
}

const someFactors = fc.array(
  fc.integer({ min: -8, max: 8 }).map((power) => 2 ** power),
  {
    minLength: channels,
    maxLength: channels,
  },
);
const activations = fc.option(
  fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: channels, maxLength: channels }),
  {
    nil: undefined,
  },
);

describe('equalizeLayers', () => {
  it('leaves the function as it is, whatever the weights and the activations', async () => {
    await fc.assert(
      fc.asyncProperty(
        someFactors,
        activations,
        fc.constantFrom('per-tensor', 'per-channel'),
        async (factors, seen, weights) => {
          const model = chain();
          await unbalance(model, 'c1', factors);
          const repaired = model.clone();
          await equalizeLayers(repaired, { weights, ...(seen && { activations: new Map([['r1', seen]]) }) });
          const feeds = randomFeeds(model);
          expect(relativeError(await run(model, feeds), await run(repaired, feeds))).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('evens out the ranges of channels on both sides of a pair', async () => {
    const model = chain();
    await unbalance(model, 'c1', [1, 0.01, 1, 300, 1, 1]);
    const pairs = await equalizeLayers(model, { weights: 'per-tensor' });
    expect(pairs.map(({ node, reader }) => `${node} ${reader}`)).toEqual(['c1 c2', 'c2 c3', 'c3 c4', 'c4 y']);
    expect(pairs[0]!.spread.before).toBeGreaterThan(100);
    expect(pairs[0]!.spread.after).toBeLessThan(pairs[0]!.spread.before / 20);
  });

  it('lets a channel be that no sample woke, or that has no weights', async () => {
    const model = chain();
    await unbalance(model, 'c1', [1, 1, 0, 1, 1, 1]);
    const before = await run(model, randomFeeds(model));
    await equalizeLayers(model, { weights: 'per-channel', activations: new Map([['r1', [1, 1, 0, 1, 0, 1]]]) });
    const after = await run(model, randomFeeds(model));
    expect(after['y']!.data.length).toBe(14);
    expect(relativeError(before, after)).toBeLessThan(1e-5);
  });
});

describe('findPairs', () => {
  const pairsOf = (between: readonly Line[], outputs = ['y']): number =>
    findPairs(
      build([['Conv', 'x w1', 'a'], ...between, ['Conv', 'b w2', 'y']], {
        inputs: { x: ['N', 3, 4, 4] },
        outputs,
        constants: { w1: [4, 3, 1, 1], w2: [2, 4, 1, 1], low: [], high: [] },
      }).graph,
    ).length;

  it.each([
    ['ReLU6', [['Clip', 'a low high', 'b']]],
    ['a sigmoid', [['Sigmoid', 'a', 'b']]],
    [
      'a residual that reads it too',
      [
        ['Relu', 'a', 'b'],
        ['Add', 'a b', 'z'],
      ],
    ],
    ['a product with itself', [['Mul', 'a a', 'b']]],
  ] as [string, Line[]][])('does not reach over %s', (_, between) => {
    expect(pairsOf(between)).toBe(0);
  });

  it('needs a tensor that nobody outside sees', () => {
    expect(pairsOf([['Relu', 'a', 'b']])).toBe(1);
    expect(pairsOf([['Relu', 'a', 'b']], ['y', 'b'])).toBe(0);
  });
});
