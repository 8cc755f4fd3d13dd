import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSmoothSites, smoothProducts, type Model } from '#lib/model/index.js';
import { build, int, type Around, type Line } from '../build.js';
import { randomFeeds, relativeError, run } from '../helpers.js';
import { encoder } from './encoder.js';

const tensorsOf = (model: Model): string[] => findSmoothSites(model.graph).map(({ tensor }) => tensor);

/** Channel maxima of every site, as made up as any samples. */
function activationsOf(model: Model, value: (channel: number) => number): Map<string, Float64Array> {
  const sites = findSmoothSites(model.graph);
  return new Map(
    sites.map(({ tensor, channels }) => [tensor, Float64Array.from({ length: channels }, (_, c) => value(c))]),
  );
}

const everywhere = (model: Model, alpha: number): Map<string, number> =>
  new Map(tensorsOf(model).map((tensor) => [tensor, alpha]));

describe.each(['node', 'decomposed'] as const)('an encoder whose normalizations are %s', (form) => {
  it('can be smoothed behind each normalization and in front of the second linear layer', () => {
    const sites = findSmoothSites(encoder(form).graph);
    expect(sites.map(({ tensor, readers }) => [tensor, readers.length])).toEqual([
      ['norm1_0', 3],
      ['norm2_0', 1],
      ['relu0', 1],
      ['norm1_1', 3],
      ['norm2_1', 1],
      ['relu1', 1],
      ['last', 1],
    ]);
  });

  it('computes the same whatever the activations were, at any strength', async () => {
    const model = encoder(form);
    const feeds = randomFeeds(model);
    const before = await run(model, feeds);
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.constantFrom(0, 1e-3, 0.2, 1, 7, 300), { minLength: 5, maxLength: 5 }),
        async (alpha, magnitudes) => {
          const copy = model.clone();
          const activations = activationsOf(copy, (c) => magnitudes[c % magnitudes.length]!);
          const nodes = await smoothProducts(copy, { activations, alphas: everywhere(copy, alpha) });
          expect(nodes).toHaveLength(11);
          expect(copy.nodes).toHaveLength(model.nodes.length);
          expect(relativeError(before, await run(copy, feeds))).toBeLessThan(1e-4);
        },
      ),
      { numRuns: 15 },
    );
  });
});

it('divides by max|X|^α / max|W|^(1-α)', async () => {
  const model = build(
    [
      ['LayerNormalization', 'x g', 'n'],
      ['MatMul', 'n w', 'a'],
      ['MatMul', 'n v', 'b'],
    ],
    {
      inputs: { x: ['N', 16] },
      outputs: ['a', 'b'],
      constants: { g: [16], w: [16, 20], v: [16, 5] },
      opset: 17,
    },
  );
  const floats = async (name: string): Promise<Float32Array> =>
    Float32Array.from((await model.initializers.get(name)!.read()).data as Float32Array);
  const [g, w, v] = [await floats('g'), await floats('w'), await floats('v')];
  const seen = Float64Array.from({ length: 16 }, (_, c) => 1 + c);
  const alpha = 0.3;
  const nodes = await smoothProducts(model, {
    activations: new Map([['n', seen]]),
    alphas: new Map([['n', alpha]]),
  });
  expect(nodes).toEqual(['a', 'b']);
  const [divided, multiplied] = [await floats('g'), await floats('w')];
  for (let j = 0; j < 16; j++) {
    const row = [...w.subarray(j * 20, j * 20 + 20), ...v.subarray(j * 5, j * 5 + 5)].map(Math.abs);
    const s = seen[j]! ** alpha / Math.max(...row) ** (1 - alpha);
    expect(divided[j]! / (g[j]! / s)).toBeCloseTo(1, 5);
    expect(multiplied[j * 20]! / (w[j * 20]! * s)).toBeCloseTo(1, 5);
  }
});

describe('a site', () => {
  const around = (constants: Around['constants'], outputs = ['y']): Around => ({
    inputs: { x: ['N', 16] },
    outputs,
    constants: { g: [16], b: [16], w: [16, 16], v: [16, 16], ...constants },
    opset: 17,
  });
  const norm: Line = ['LayerNormalization', 'x g b', 'n'];

  const none: [string, Line[], Around][] = [
    ['a residual connection reads it', [norm, ['MatMul', 'n w', 'm'], ['Add', 'n m', 'y']], around({})],
    ['it is an output', [norm, ['MatMul', 'n w', 'y']], around({}, ['n', 'y'])],
    ['it is the network’s input', [['MatMul', 'x w', 'y']], around({})],
    ['an activation function stands in between', [norm, ['Sigmoid', 'n', 's'], ['MatMul', 's w', 'y']], around({})],
    ['it is the second factor', [norm, ['MatMul', 'w n', 'y']], around({})],
    ['the other factor is none of the constants', [norm, ['Transpose', 'n', 't'], ['MatMul', 'n t', 'y']], around({})],
    [
      'its bias is one number',
      [
        ['MatMul', 'x v', 'm'],
        ['Add', 'm one', 'n'],
        ['MatMul', 'n w', 'y'],
      ],
      around({ one: [1] }),
    ],
    [
      'the linear layer is read twice',
      [
        ['MatMul', 'x v', 'm'],
        ['Relu', 'm', 'r'],
        ['MatMul', 'r w', 'z'],
        ['Add', 'z m', 'y'],
      ],
      around({}),
    ],
  ];
  it.each(none)('is none where %s', (_, lines, parts) => {
    expect(tensorsOf(build(lines, parts))).toEqual([]);
  });

  const some: [string, Line[], Around][] = [
    [
      'a product of two branches, one of them linear (a gated unit)',
      [
        ['MatMul', 'x w', 'a'],
        ['Sigmoid', 'a', 's'],
        ['MatMul', 'x v', 'c'],
        ['Mul', 's c', 'n'],
        ['MatMul', 'n u', 'y'],
      ],
      around({ u: [16, 16] }),
    ],
    [
      'a Gemm with its weights transposed',
      [
        ['Gemm', 'x w b', 'm', { transB: int(1) }],
        ['Relu', 'm', 'n'],
        ['Gemm', 'n v', 'y', { transB: int(1) }],
      ],
      around({}),
    ],
    [
      'weights that are used twice',
      [
        ['MatMul', 'x w', 'n'],
        ['MatMul', 'n w', 'y'],
      ],
      around({}),
    ],
  ];
  it.each(some)('is %s', async (_, lines, parts) => {
    const model = build(lines, parts);
    const feeds = randomFeeds(model);
    const before = await run(model, feeds);
    expect(tensorsOf(model)).toEqual(['n']);
    await smoothProducts(model, { activations: activationsOf(model, (c) => 1 + c), alphas: everywhere(model, 0.5) });
    expect(relativeError(before, await run(model, feeds))).toBeLessThan(1e-5);
  });
});
