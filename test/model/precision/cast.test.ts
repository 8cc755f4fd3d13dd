import { describe, expect, it } from 'vitest';
import { castModel, cleanModel, openModel, type CastReport, type Model } from '#lib/model/index.js';
import { Initializer } from '#lib/model/initializer.js';
import { repository } from '../../helpers/fixture.js';
import { build, int, ints, type Around, type Line } from '../build.js';
import { evaluate, openFixture, randomFeeds, relativeError, run } from '../helpers.js';

// With Q/DQ a value that lies between two integers may round to the other one, a step of 1/127 of its range.
const networks = [
  ['demo/model.onnx', 1e-2],
  ['test/fixtures/tiny-cnn-fp32.onnx', 1e-2],
  ['test/fixtures/tiny-cnn-qdq.onnx', 2e-2],
  ['test/fixtures/tiny-external.onnx', 1e-2],
  ['test/fixtures/networks/second.onnx', 1e-2],
] as const;

async function cleaned(name: string): Promise<Model> {
  const model = await openModel(repository(name));
  await cleanModel(model, { evaluate });
  return model;
}

/** The greatest difference of any output, in units of that output's range. */
async function difference(expected: Model, actual: Model): Promise<number> {
  const feeds = randomFeeds(expected);
  return relativeError(await run(await embedded(expected), feeds), await run(await embedded(actual), feeds));
}

/** ONNX Runtime finds no external file of a model given as bytes. */
async function embedded(model: Model): Promise<Model> {
  const copy = model.clone();
  for (const [name, tensor] of copy.initializers) {
    if (tensor.external) copy.graph.setInitializer(Initializer.create(name, await tensor.read()));
  }
  return copy;
}

const reasons = ({ kept }: CastReport): Record<string, string> =>
  Object.fromEntries(kept.map(({ node, reason }) => [node, reason]));

const x = { inputs: { x: [2, 8] }, outputs: ['y'] } satisfies Around;
const constant = (model: Model, name: string, ...values: number[]): void =>
  model.graph.setInitializer(
    Initializer.create(name, { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) }),
  );
const built = (lines: readonly Line[], around: Around, values: Record<string, number[]> = {}): Model => {
  const model = build(lines, around);
  for (const [name, numbers] of Object.entries(values)) constant(model, name, ...numbers);
  return model;
};

describe.each(networks)('%s', (name, bound) => {
  it.each([{}, { simulate: true }])('computes in FP16 what it does in FP32 (%o)', async (options) => {
    const original = await cleaned(name);
    const model = original.clone();
    const report = await castModel(model, { type: 'float16', ...options });
    expect(report.cast.length).toBeGreaterThan(8);
    expect(report.casts).toBeGreaterThan(1);
    expect(model.outputs.map(({ dtype }) => dtype)).toEqual(original.outputs.map(({ dtype }) => dtype));
    const error = await difference(original, model);
    expect(error).toBeLessThan(bound);
    expect(error).toBeGreaterThan(0);
  });

  it('computes in BF16 what it does in FP32, as far as 8 bits tell', async () => {
    const original = await cleaned(name);
    const model = original.clone();
    await castModel(model, { type: 'bfloat16', simulate: true });
    expect(await difference(original, model)).toBeLessThan(3e-2);
  });

  it.each(['float16', 'bfloat16'] as const)('stays as it is when cast to %s again', async (type) => {
    const model = await cleaned(name);
    const { bytes } = await castModel(model, { type });
    expect(bytes.after).toBeLessThan(bytes.before);
    const once = model.toBytes();
    expect(await castModel(model, { type })).toMatchObject({ cast: [], casts: 0 });
    expect(Buffer.compare(model.toBytes(), once)).toBe(0);
  });
});

it('bodies of control flow keep their float32, and what they read', async () => {
  const original = await openFixture('clean/control-flow.onnx');
  const model = original.clone();
  const report = await castModel(model, { type: 'float16' });
  expect(reasons(report)).toMatchObject({
    [model.nodes.find(({ opType }) => opType === 'If')!.name]: 'It has a body, which is left as it is.',
  });
  expect(await difference(original, model)).toBeLessThan(1e-2);
});

it('inputs and outputs follow where asked', async () => {
  const model = await cleaned('demo/model.onnx');
  const { casts } = await castModel(model, { type: 'float16', keepIo: false });
  expect(casts).toBe(0);
  expect([...model.inputs, ...model.outputs].map(({ name, dtype }) => [name, dtype])).toEqual([
    ['input', 'float16'],
    ['logits', 'float16'],
  ]);
});

describe('what stays in FP32', () => {
  it('a node whose constant overflows, and what reads its result, up to where it is used up', async () => {
    // An attention mask: (1 - x) * -3.4e38 + scores, then Softmax.
    const lines: Line[] = [
      ['Mul', 'x low', 'm'],
      ['Unsqueeze', 'm axes', 'u'],
      ['MatMul', 'x w', 's'],
      ['Add', 's u', 'a'],
      ['Softmax', 'a', 'p', { axis: int(-1) }],
      ['MatMul', 'p w', 'y'],
    ];
    const around = { ...x, constants: { axes: [0n], w: [8, 8] } };
    const original = built(lines, around, { low: [-3.4e38] });
    const model = original.clone();
    const report = await castModel(model, { type: 'float16' });
    expect(report.cast).toEqual(['s', 'y']);
    expect(reasons(report)).toMatchObject({
      m: 'Its constant "low" exceeds float16.',
      u: 'It reads "m", which may exceed float16.',
      a: 'It reads "u", which may exceed float16.',
    });
    expect(await difference(original, model)).toBeLessThan(1e-3);
  });

  it('a constant that vanishes, and a normalization written out', async () => {
    const lines: Line[] = [
      ['ReduceMean', 'x', 'mean', { axes: ints(-1) }],
      ['Sub', 'x mean', 'd'],
      ['Mul', 'd d', 'q'],
      ['ReduceMean', 'q', 'v', { axes: ints(-1) }],
      ['Add', 'v eps', 've'],
      ['Sqrt', 've', 'sd'],
      ['Div', 'd sd', 'n'],
      ['Mul', 'n gamma', 'y'],
    ];
    const original = built(lines, { ...x, constants: { gamma: [8] } }, { eps: [1e-5] });
    const model = original.clone();
    const report = await castModel(model, { type: 'float16' });
    expect(report.cast).toEqual(['y']);
    expect(reasons(report)).toMatchObject({ d: 'It is part of a normalization.', n: 'It is part of a normalization.' });
    expect(report.casts).toBe(2);
    expect(await difference(original, model)).toBeLessThan(1e-3);
    const tiny = built([['Add', 'x eps', 'y']], x, { eps: [1e-5] });
    expect(reasons(await castModel(tiny, { type: 'float16' }))).toEqual({
      y: 'Its constant "eps" is too small for float16.',
    });
    expect((await castModel(tiny, { type: 'bfloat16' })).cast).toEqual(['y']);
  });

  it('nodes that are named, and those that move values between nodes that stay', async () => {
    const lines: Line[] = [
      ['MatMul', 'x w', 'a'],
      ['Exp', 'a', 'e'],
      ['Transpose', 'e', 't'],
      ['Log', 't', 'l'],
      ['Relu', 'l', 'r'],
      ['Neg', 'r', 'y'],
    ];
    const model = built(lines, { ...x, constants: { w: [8, 8] } });
    const report = await castModel(model, { type: 'float16', keep: ['a', 'none'] });
    expect(report.cast).toEqual(['r', 'y']);
    expect(reasons(report)).toMatchObject({
      a: 'It was asked to stay.',
      t: 'It moves values between nodes that stay.',
    });
    expect(report.warnings).toEqual(['the keep pattern "none" matches no node']);
    expect(model.initializers.get('w')!.dtype).toBe('float32');
  });

  it.each(['ConvTranspose', 'GRU', 'HardSwish', 'Mish', 'Shrink'])(
    '%s in BF16, which TensorRT-RTX refuses',
    async (op) => {
      const model = built([[op, 'x', 'y']], x);
      expect(reasons(await castModel(model, { type: 'bfloat16' }))).toEqual({
        y: `TensorRT has no ${op} in bfloat16.`,
      });
    },
  );

  it("Resize's scales, while its data follow", async () => {
    const lines: Line[] = [
      ['Resize', 'x roi scales', 'r'],
      ['Relu', 'r', 'y'],
    ];
    const original = built(lines, { inputs: { x: [1, 2, 4, 4] }, outputs: ['y'] }, { roi: [], scales: [1, 1, 2, 2] });
    const model = original.clone();
    expect((await castModel(model, { type: 'float16' })).cast).toEqual(['r', 'y']);
    expect(model.initializers.get('scales')!.dtype).toBe('float32');
    expect(await difference(original, model)).toBeLessThan(1e-3);
    expect((await castModel(model, { type: 'float16' })).cast).toEqual([]);
  });

  it('Q/DQ whose scale is no normal FP16 number', async () => {
    const lines: Line[] = [
      ['QuantizeLinear', 'x s z', 'q'],
      ['DequantizeLinear', 'q s z', 'd'],
      ['MatMul', 'd w', 'y'],
    ];
    const original = built(lines, { ...x, constants: { w: [8, 8] } });
    const [s, z] = [Float32Array.of(2 ** -15), Int8Array.of(0)];
    original.graph.setInitializer(Initializer.create('s', { dtype: 'float32', shape: [], data: s }));
    original.graph.setInitializer(Initializer.create('z', { dtype: 'int8', shape: [], data: z }));
    const model = original.clone();
    const report = await castModel(model, { type: 'float16' });
    expect(report.cast).toEqual(['y']);
    expect(reasons(report)).toEqual({
      q: 'Its scale is no normal float16 number.',
      d: 'Its scale is no normal float16 number.',
    });
    expect(await difference(original, model)).toBeLessThan(1e-2);
    expect((await castModel(original.clone(), { type: 'bfloat16' })).cast).toEqual(['q', 'd', 'y']);
  });
});

it('a channel of zeros does not keep its weights in FP32', async () => {
  const lines: Line[] = [
    ['DequantizeLinear', 'q s', 'w', { axis: int(1) }],
    ['MatMul', 'x w', 'y'],
  ];
  const original = built(lines, x, { s: [0.5, 2 ** -40] });
  const data = Int8Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? index - 7 : 0));
  original.graph.setInitializer(Initializer.create('q', { dtype: 'int8', shape: [8, 2], data }));
  const model = original.clone();
  expect(await castModel(model, { type: 'float16' })).toMatchObject({ cast: ['w', 'y'], kept: [] });
  expect(await difference(original, model)).toBeLessThan(1e-3);
});

it('rounding shows an overflow that ONNX Runtime, running FP16 in float32, does not', async () => {
  const original = built(
    [
      ['Mul', 'x k', 'a'],
      ['Mul', 'a k', 'b'],
      ['Div', 'b k', 'y'],
    ],
    x,
    { k: [1000] },
  );
  const model = original.clone();
  await castModel(model, { type: 'float16', simulate: true });
  expect(await difference(original, model)).toBe(Infinity);
});
