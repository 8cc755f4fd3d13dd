import { describe, expect, it } from 'vitest';
import { placeQdq, type Model, type Placement, type PlacementOptions } from '#lib/model/index.js';
import { build, int, ints, text } from '../build.js';

const place = (model: Model, options: Partial<PlacementOptions> = {}): Placement =>
  placeQdq(model, { form: 'tensorrt', ...options });

/** Rule by node name. */
const rules = (placement: Placement): Record<string, string> =>
  Object.fromEntries(placement.nodes.map(({ node, rule }) => [node, rule]));

/** The inputs that get the quantized form, as `tensor → node:input`. */
const edges = (placement: Placement): string[] =>
  placement.activations.flatMap(({ tensor, edges: list }) =>
    list.map(({ node, input }) => `${tensor} → ${node}:${input}`),
  );

const image = { x: ['n', 4, 8, 8] };
const kernel = { w: [4, 4, 3, 3], w1: [4, 4, 1, 1], w2: [4, 4, 1, 1], w3: [4, 4, 1, 1] };
const same = { pads: ints(1, 1, 1, 1) };

describe('operators with weights', () => {
  it('are quantized at their inputs, not at their outputs, and their bias stays', () => {
    const model = build(
      [
        ['Conv', 'x w b', 'c', same],
        ['Relu', 'c', 'r'],
        ['ConvTranspose', 'r t', 'd'],
        ['Flatten', 'd', 'f'],
        ['Gemm', 'f g', 'y', { transB: int(1) }],
      ],
      {
        inputs: { x: [2, 4, 8, 8] },
        outputs: ['y'],
        constants: { w: [6, 4, 3, 3], b: [6], t: [6, 16, 1, 1], g: [20, 1024] },
      },
    );
    const placement = place(model);
    expect(edges(placement)).toEqual(['x → c:0', 'r → d:0', 'f → y:0']);
    expect(rules(placement)).toEqual({ c: 'weighted', r: 'not-weighted', d: 'weighted', f: 'commutes', y: 'weighted' });
    expect(
      placement.weights.map(({ tensor, axis, outer, channels, inner }) => [tensor, axis, outer, channels, inner]),
    ).toEqual([
      ['w', 0, 1, 6, 36],
      ['t', 1, 6, 16, 1],
      ['g', 0, 1, 20, 1024],
    ]);
    expect(placement).toMatchObject({ biases: [], groups: [], warnings: [] });
  });

  it('have their weights along the output features, whichever way they lie', () => {
    const model = build(
      [
        ['Gemm', 'x g', 'a'],
        ['MatMul', 'a m', 'b'],
        ['MatMul', 'b stack', 'y'],
      ],
      { inputs: { x: ['n', 32] }, outputs: ['y'], constants: { g: [32, 48], m: [48, 64], stack: [2, 64, 32] } },
    );
    expect(
      place(model).weights.map(({ tensor, axis, outer, channels, inner }) => [tensor, axis, outer, channels, inner]),
    ).toEqual([
      ['g', 1, 32, 48, 1],
      ['m', 1, 48, 64, 1],
      ['stack', undefined, 1, 1, 4096],
    ]);
    expect(place(model, { weights: 'per-tensor' }).weights.map((weight) => weight.axis)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('share one entry where they share a constant', () => {
    const model = build(
      [
        ['Conv', 'x w', 'a', same],
        ['Conv', 'a w', 'y', same],
      ],
      { inputs: image, outputs: ['y'], constants: kernel },
    );
    expect(place(model).weights).toHaveLength(1);
    expect(place(model).weights[0]?.edges).toEqual([
      { node: 'a', input: 1 },
      { node: 'y', input: 1 },
    ]);
  });

  it.each([
    ['grouped-deconvolution', 'ConvTranspose', 'x t', { group: int(2) }],
    ['computed-weights', 'Conv', 'x k', {}],
  ])('%s: stay in float', (rule, opType, inputs, attributes) => {
    const model = build([[opType, inputs, 'y', attributes]], {
      inputs: { ...image, k: [4, 4, 1, 1] },
      outputs: ['y'],
      constants: { t: [4, 2, 3, 3] },
    });
    expect(rules(place(model))).toEqual({ y: rule });
    expect(place(model).warnings).toEqual(['nothing is quantized']);
  });

  it('stay as the model quantized them', () => {
    const model = build(
      [
        ['QuantizeLinear', 'x s', 'q'],
        ['DequantizeLinear', 'q s', 'd'],
        ['Conv', 'd w', 'y'],
      ],
      { inputs: image, outputs: ['y'], constants: { ...kernel, s: [] } },
    );
    expect(rules(place(model))).toEqual({ q: 'already-quantized', d: 'already-quantized', y: 'already-quantized' });
    expect(place(model).warnings[0]).toMatch(/brings 2 QuantizeLinear/);
  });
});

describe('matrix products', () => {
  const product = (constant: number[], shape: (string | number)[]): string | undefined => {
    const model = build([['MatMul', 'x m', 'y']], { inputs: { x: shape }, outputs: ['y'], constants: { m: constant } });
    return rules(place(model))['y'];
  };
  it('are quantized from a size on', () => {
    expect(product([32, 16], ['n', 4, 32])).toBe('weighted');
    expect(product([32, 15], ['n', 4, 32])).toBe('small-matrix');
    expect(product([15, 32], ['n', 4, 15])).toBe('small-matrix');
    expect(product([32, 1], ['n', 4, 32])).toBe('matrix-vector');
    expect(product([32], ['n', 4, 32])).toBe('matrix-vector');
    // One matrix multiplies the rows of the whole stack.
    expect(product([32, 32], [1, 1, 32])).toBe('matrix-vector');
    expect(product([32, 32], [8, 1, 32])).toBe('weighted');
    expect(product([32, 32], ['n', 1, 32])).toBe('weighted');
  });

  it('of two activations are quantized on both sides, up to a length', () => {
    const attention = build(
      [
        ['MatMul', 'q k', 's'],
        ['Softmax', 's', 'p'],
        ['MatMul', 'p v', 'y'],
      ],
      { inputs: { q: ['n', 's', 64], k: ['n', 64, 's'], v: ['n', 's', 64] }, outputs: ['y'] },
    );
    expect(edges(place(attention))).toEqual(['q → s:0', 'k → s:1', 'p → y:0', 'v → y:1']);
    expect(rules(place(attention))['p']).toBe('float-operator');
    const shapes = new Map([
      ['q', [1, 1024, 64]],
      ['k', [1, 64, 1024]],
      ['p', [1, 1024, 1024]],
      ['v', [1, 1024, 64]],
    ]);
    expect(rules(place(attention, { shapes }))).toMatchObject({ s: 'long-attention', y: 'long-attention' });
  });
});

describe('additions', () => {
  it('quantize the shortcut and leave the convolution bare', () => {
    const model = build(
      [
        ['Conv', 'x w1', 'a'],
        ['Relu', 'a', 'r'],
        ['Conv', 'r w', 'b', same],
        ['Add', 'r b', 's'],
        ['Relu', 's', 't'],
        ['Conv', 't w2', 'y'],
      ],
      { inputs: image, outputs: ['y'], constants: kernel },
    );
    const placement = place(model);
    expect(edges(placement)).toEqual(['x → a:0', 'r → b:0', 'r → s:0', 't → y:0']);
    expect(rules(placement)['s']).toBe('residual-add');
    expect(placement.nodes.find(({ node }) => node === 's')?.reason).toContain('"b"');
  });

  it('leave the longer of two convolution branches bare', () => {
    const lines = (first: string, second: string) =>
      [
        ['Conv', 'x w1', 'short'],
        ['Conv', 'x w2', 'm'],
        ['Conv', 'm w3', 'long'],
        ['Add', `${first} ${second}`, 'y'],
      ] as const;
    const around = { inputs: image, outputs: ['y'], constants: kernel };
    expect(edges(place(build(lines('short', 'long'), around)))).toContain('short → y:0');
    expect(edges(place(build(lines('long', 'short'), around)))).toContain('short → y:1');
  });

  it('stay where no quantized convolution leads straight to them', () => {
    const model = build(
      [
        ['Conv', 'x w1', 'c'],
        ['Relu', 'c', 'r'],
        ['Sigmoid', 'x', 's'],
        ['Add', 'r s', 'a'],
        ['Conv', 'a w2', 'd'],
        ['Add', 'd a', 'e'],
        ['Add', 'd e', 'y'],
      ],
      { inputs: image, outputs: ['y'], constants: kernel },
    );
    // r is no convolution, d is read twice.
    expect(rules(place(model))).toMatchObject({ a: 'add-without-conv', e: 'add-without-conv', y: 'add-without-conv' });
    expect(rules(place(model, { exclude: ['c'] }))['c']).toBe('excluded');
  });

  it('of a broadcast tensor or a constant are none', () => {
    const model = build(
      [
        ['Conv', 'x w1', 'c'],
        ['GlobalAveragePool', 'x', 'g'],
        ['Add', 'c g', 'a'],
        ['Conv', 'a w2', 'd'],
        ['Add', 'd b', 'y'],
      ],
      { inputs: { x: [1, 4, 8, 8] }, outputs: ['y'], constants: { ...kernel, b: [1, 1, 8, 8] } },
    );
    const shapes = new Map([
      ['c', [1, 4, 8, 8]],
      ['g', [1, 4, 1, 1]],
    ]);
    expect(rules(place(model, { shapes }))).toMatchObject({ a: 'not-weighted', y: 'not-weighted' });
  });
});

describe('pooling', () => {
  it('averages between quantized operators', () => {
    const model = build(
      [
        ['Conv', 'x w', 'c', same],
        ['Relu', 'c', 'r'],
        ['GlobalAveragePool', 'r', 'p'],
        ['Flatten', 'p', 'f'],
        ['Gemm', 'f g', 'y'],
      ],
      { inputs: { x: [2, 4, 8, 8] }, outputs: ['y'], constants: { w: [32, 4, 3, 3], g: [32, 16] } },
    );
    expect(edges(place(model))).toEqual(['x → c:0', 'f → y:0', 'r → p:0']);
    expect(rules(place(model))).toMatchObject({ p: 'pool-between-quantized', f: 'commutes' });
  });

  it('stays in float before or after float operators', () => {
    const model = build(
      [
        ['AveragePool', 'x', 'p', { kernel_shape: ints(2, 2) }],
        ['Conv', 'p w', 'c'],
        ['AveragePool', 'c', 'y', { kernel_shape: ints(2, 2) }],
      ],
      { inputs: image, outputs: ['y'], constants: kernel },
    );
    expect(rules(place(model))).toEqual({ p: 'pool-after-float', c: 'weighted', y: 'pool-before-float' });
  });

  it('of maxima needs no scale of its own, but shares that of its input where that has one', () => {
    const pool = { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) };
    const chain = build(
      [
        ['Conv', 'x w1', 'c'],
        ['MaxPool', 'c', 'm', pool],
        ['Conv', 'm w2', 'y'],
      ],
      { inputs: image, outputs: ['y'], constants: kernel },
    );
    expect(rules(place(chain))['m']).toBe('commutes');
    expect(place(chain).groups).toEqual([]);
    const parallel = build(
      [
        ['MaxPool', 'x', 'm', pool],
        ['Conv', 'm w1', 'a'],
        ['Conv', 'x w2', 'b'],
        ['Add', 'a b', 'y'],
      ],
      { inputs: image, outputs: ['y'], constants: kernel },
    );
    expect(rules(place(parallel))['m']).toBe('parallel-branch');
    expect(place(parallel).groups).toEqual([['x', 'm']]);
    expect(edges(place(parallel))).toContain('x → m:0');
  });
});

describe('concatenation', () => {
  it('takes one scale for inputs and output', () => {
    const model = build(
      [
        ['Conv', 'x w1', 'a'],
        ['Conv', 'x w2', 'b'],
        ['Concat', 'a b', 'j', { axis: int(1) }],
        ['Concat', 'j a', 'k', { axis: int(1) }],
        ['Conv', 'k w', 'y'],
      ],
      { inputs: image, outputs: ['y'], constants: { ...kernel, w: [4, 12, 1, 1] } },
    );
    const placement = place(model);
    expect(rules(placement)).toMatchObject({ j: 'concat-one-scale', k: 'concat-one-scale' });
    expect(placement.groups.map((group) => [...group].sort())).toEqual([['a', 'b', 'j', 'k']]);
  });

  it('stays in float where some reader does', () => {
    const model = build(
      [
        ['Conv', 'x w1', 'a'],
        ['Concat', 'a x', 'j', { axis: int(1) }],
        ['Conv', 'j w', 'c'],
        ['Sigmoid', 'j', 's'],
        ['Concat', 'c k', 'y', { axis: int(1) }],
      ],
      { inputs: { x: [1, 4, 8, 8] }, outputs: ['y', 's'], constants: { ...kernel, w: [4, 8, 1, 1], k: [1, 1, 8, 8] } },
    );
    expect(rules(place(model))).toMatchObject({ j: 'concat-before-float', y: 'concat-before-float' });
  });
});

describe('padding, resizing, gating', () => {
  it('quantizes before the padding of a convolution', () => {
    const lines = (mode: string) =>
      [
        ['Pad', 'x pads', 'p', { mode: text(mode) }],
        ['Conv', 'p w', 'y'],
      ] as const;
    const around = { inputs: image, outputs: ['y'], constants: { ...kernel, pads: [0n, 0n, 1n, 1n, 0n, 0n, 1n, 1n] } };
    expect(edges(place(build(lines('constant'), around)))).toEqual(['x → p:0']);
    expect(rules(place(build(lines('constant'), around)))['p']).toBe('pad-before-conv');
    expect(edges(place(build(lines('reflect'), around)))).toEqual(['p → y:0']);
  });

  it('lets quantization through nearest-neighbour resizing, not through others', () => {
    const lines = (mode: string) =>
      [
        ['Conv', 'x w1', 'c'],
        ['Resize', 'c _ scales', 'r', { mode: text(mode) }],
        ['Concat', 'r skip', 'j', { axis: int(1) }],
        ['Conv', 'j w', 'y'],
      ] as const;
    const around = {
      inputs: { ...image, skip: [1, 4, 16, 16] },
      outputs: ['y'],
      constants: { ...kernel, scales: [4], w: [4, 8, 1, 1] },
    };
    expect(rules(place(build(lines('nearest'), around)))['r']).toBe('commutes');
    expect(rules(place(build(lines('linear'), around)))['r']).toBe('resize-interpolates');
  });

  it('quantizes both factors of squeeze and excite, not those of Swish', () => {
    const model = build(
      [
        ['Conv', 'x w', 'c', same],
        ['Sigmoid', 'c', 'swish'],
        ['Mul', 'c swish', 'r'],
        ['GlobalAveragePool', 'r', 'p'],
        ['Conv', 'p w1', 'down'],
        ['Relu', 'down', 'd'],
        ['Conv', 'd w2', 'up'],
        ['Sigmoid', 'up', 'gate'],
        ['Mul', 'r gate', 'e'],
        ['Conv', 'e w3', 'y'],
      ],
      { inputs: image, outputs: ['y'], constants: kernel },
    );
    const placement = place(model);
    expect(rules(placement)).toMatchObject({ r: 'not-weighted', e: 'squeeze-excite', p: 'pool-between-quantized' });
    expect(edges(placement)).toEqual(expect.arrayContaining(['r → e:0', 'gate → e:1', 'r → p:0', 'e → y:0']));
  });
});
