import { describe, expect, it } from 'vitest';
import { addShifts, dialFeeds, dialsOf, insertQdq, measureShifts, placeQdq, type Model } from '#lib/model/index.js';
import { build, int, ints, type Around, type Line } from '../build.js';
import { ort, randomFeeds, run, type Outputs } from '../helpers.js';

/** One weighted operator that `y` comes from, whose quantization clips and rounds the input. */
const operators: [string, Line[], Around['constants'], number][] = [
  ['Conv', [['Conv', 'x w b', 'y', { pads: ints(1, 1, 1, 1) }]], { w: [5, 16, 3, 3], b: [5] }, 1],
  ['Conv without a bias', [['Conv', 'x w', 'y']], { w: [5, 16, 3, 3] }, 1],
  ['depthwise Conv', [['Conv', 'x w b', 'y', { group: int(16) }]], { w: [16, 1, 3, 3], b: [16] }, 1],
  [
    'Conv behind Pad',
    [
      ['Pad', 'x pads', 'p'],
      ['Conv', 'p w b', 'y'],
    ],
    { w: [5, 16, 3, 3], b: [5], pads: [0n, 0n, 1n, 1n, 0n, 0n, 1n, 1n] },
    1,
  ],
  ['ConvTranspose', [['ConvTranspose', 'x w b', 'y']], { w: [16, 6, 2, 2], b: [6] }, 1],
  [
    'Gemm',
    [
      ['Flatten', 'x', 'f'],
      ['Gemm', 'f w b', 'y', { transB: int(1) }],
    ],
    { w: [20, 16 * 25], b: [20] },
    1,
  ],
  [
    'MatMul and Add',
    [
      ['MatMul', 'x w', 'm'],
      ['Add', 'm b', 'y'],
    ],
    { w: [5, 24], b: [24] },
    3,
  ],
];

/** Mean of each channel of an output along `axis`. */
function channelMeans({ y }: Outputs, axis: number): number[] {
  const { dims, data } = y!;
  const channels = dims[axis]!;
  const inner = dims.slice(axis + 1).reduce((size, dim) => size * dim, 1);
  const sums = new Array<number>(channels).fill(0);
  Array.from(data, Number).forEach((value, i) => (sums[Math.floor(i / inner) % channels]! += value));
  return sums.map((sum) => (sum * channels) / data.length);
}

async function quantized(model: Model, scale: number): Promise<Model> {
  const placement = placeQdq(model, { form: 'tensorrt' });
  const copy = model.clone();
  await insertQdq(copy, placement, new Map(placement.activations.map(({ tensor }) => [tensor, { scale }])));
  return copy;
}

describe('bias correction', () => {
  it.each(operators)('brings the mean of each channel back: %s', async (_, lines, constants, axis) => {
    // A MatMul's input side must be 16 or more to be quantized.
    const shape = axis === 3 ? [4, 2, 20, 16] : ['N', 16, 5, 5];
    const sized = axis === 3 ? { w: [16, 24], b: [24] } : constants!;
    const model = build(lines, { inputs: { x: shape }, outputs: ['y'], constants: sized });
    const placement = placeQdq(model, { form: 'tensorrt' });
    const scale = 0.5 / 127;
    const ranges = new Map(placement.activations.map(({ tensor }) => [tensor, { scale }]));
    // One-sided input: clipping at half its range shifts every output.
    const feeds = randomFeeds(model);
    const x = Float32Array.from(feeds['x']!.data as Float32Array, Math.abs);
    const positive = { x: new ort.Tensor('float32', x, feeds['x']!.dims) };

    const measures = await measureShifts(model, placement);
    const dials = dialFeeds(dialsOf(placement, ranges));
    const extra = Object.fromEntries(
      Object.entries(dials).map(([name, { data, shape: dims }]) => [
        name,
        new ort.Tensor('float32', data as Float32Array, dims),
      ]),
    );
    const shifts = await run(measures.model, { ...positive, ...extra });
    const corrected = model.clone();
    await addShifts(
      corrected,
      new Map(measures.nodes.map((node, i) => [node, Array.from(shifts[measures.outputs[i]!]!.data, Number)])),
    );

    const expected = channelMeans(await run(model, positive), axis);
    const plain = channelMeans(await run(await quantized(model, scale), positive), axis);
    const repaired = channelMeans(await run(await quantized(corrected, scale), positive), axis);
    const worst = (found: readonly number[]): number =>
      Math.max(...found.map((value, c) => Math.abs(value - expected[c]!)));
    expect(worst(plain)).toBeGreaterThan(0.01);
    expect(worst(repaired)).toBeLessThan(1e-4);
  });
});
