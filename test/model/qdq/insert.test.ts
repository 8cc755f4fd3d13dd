import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  Initializer,
  cleanModel,
  exposeTensors,
  insertQdq,
  openModel,
  placeQdq,
  scaleFloor,
  type GraphForm,
  type Model,
  type Placement,
  type QdqReport,
  type QuantizationRange,
} from '#lib/model/index.js';
import { build, int, ints, type Line } from '../build.js';
import { openFixture, ort, randomFeeds, relativeError, run, type Outputs } from '../helpers.js';
import { quantizeWeights, roundHalfEven } from './reference.js';

/** The least and greatest value of each placed tensor in one run. */
async function observe(model: Model, placement: Placement): Promise<Map<string, [number, number]>> {
  const names = placement.activations.map(({ tensor }) => tensor);
  const feeds = randomFeeds(model);
  const seen: Outputs = { ...(await run(exposeTensors(model, names), feeds)), ...(feeds as unknown as Outputs) };
  return new Map(
    names.map((name) => {
      const values = Array.from(seen[name]!.data, Number);
      return [name, [Math.min(0, ...values), Math.max(0, ...values)]];
    }),
  );
}

function ranges(seen: Map<string, [number, number]>, form: GraphForm): Map<string, QuantizationRange> {
  return new Map(
    [...seen].map(([name, [min, max]]) => {
      if (form === 'tensorrt') return [name, { scale: Math.max(-min, max) / 127 }];
      const scale = (max - min) / 255;
      return [name, { scale, zeroPoint: scale === 0 ? 0 : Math.round(-min / scale) }];
    }),
  );
}

async function quantize(model: Model, form: GraphForm): Promise<{ quantized: Model; report: QdqReport }> {
  const placement = placeQdq(model, { form });
  const quantized = model.clone();
  const report = await insertQdq(quantized, placement, ranges(await observe(model, placement), form), {
    quantizeWeights,
  });
  return { quantized, report };
}

/** Signal over error of all outputs together, in dB. */
function sqnr(expected: Outputs, actual: Outputs): number {
  let [signal, error] = [0, 0];
  for (const [name, { data }] of Object.entries(expected)) {
    Array.from(data, Number).forEach((value, i) => {
      signal += value ** 2;
      error += (value - Number(actual[name]!.data[i])) ** 2;
    });
  }
  return 10 * Math.log10(signal / error);
}

const conv = (group = 1): Model =>
  build([['Conv', 'x w b', 'y', { group: int(group), pads: ints(1, 1, 1, 1) }]], {
    inputs: { x: [2, 4, 6, 6] },
    outputs: ['y'],
    constants: { w: [6, 4 / group, 3, 3], b: [6] },
  });

const pads = ints(1, 1, 1, 1);
/** A bit of everything: a residual connection, a parallel pool, a concatenation, an average, two outputs. */
const network = (): Model => {
  const lines: Line[] = [
    ['Conv', 'x w b', 'c', { pads }],
    ['Relu', 'c', 'r'],
    ['Conv', 'r w2 b', 'd', { pads }],
    ['Add', 'd r', 's'],
    ['Relu', 's', 't'],
    ['MaxPool', 't', 'm', { kernel_shape: ints(3, 3), pads }],
    ['Conv', 'm w3', 'e'],
    ['Concat', 'e t', 'j', { axis: int(1) }],
    ['Conv', 'j w4 b', 'k'],
    ['Sigmoid', 'k', 'side'],
    ['GlobalAveragePool', 'k', 'p'],
    ['Flatten', 'p', 'f'],
    ['Gemm', 'f g h', 'y', { transB: int(1) }],
  ];
  return build(lines, {
    inputs: { x: ['n', 4, 8, 8] },
    outputs: ['side', 'y'],
    constants: {
      w: [16, 4, 3, 3],
      w2: [16, 16, 3, 3],
      w3: [16, 16, 1, 1],
      w4: [16, 32, 1, 1],
      b: [16],
      g: [20, 16],
      h: [20],
    },
  });
};

describe("TensorRT's form", () => {
  it.each([1, 2])('computes what its scales say (groups: %i)', async (group) => {
    const model = conv(group);
    const { quantized, report } = await quantize(model, 'tensorrt');
    const feeds = randomFeeds(model);
    // The same rounding done by hand, on the values, in the float model.
    const { scale } = report.tensors.get('x')!;
    const byHand = model.clone();
    const fake = Float32Array.from(feeds['x']!.data as Float32Array, (value) => {
      return Math.min(127, Math.max(-128, roundHalfEven(Math.fround(value / scale)))) * scale;
    });
    const weights = await quantizeWeights(
      (await model.initializers.get('w')!.read()).data as Float32Array,
      6,
      36 / group,
      0,
    );
    const restored = Float32Array.from(
      weights.data,
      (value, i) => value * weights.scales[Math.floor(i / (36 / group))]!,
    );
    byHand.graph.setInitializer(
      Initializer.create('w', { dtype: 'float32', shape: [6, 4 / group, 3, 3], data: restored }),
    );
    const expected = await run(byHand, { x: new ort.Tensor('float32', fake, [2, 4, 6, 6]) });
    expect(relativeError(expected, await run(quantized, feeds))).toBeLessThan(1e-6);
  });

  it('obeys the rules of the format', async () => {
    const { quantized } = await quantize(network(), 'tensorrt');
    const { graph } = quantized;
    const linear = quantized.nodes.filter((node) => node.is('QuantizeLinear', 'DequantizeLinear'));
    expect(linear.length).toBeGreaterThan(10);
    for (const node of linear) {
      const [input = '', scale = '', zero = ''] = node.inputs;
      const scales = (await graph.initializers.get(scale)!.read()).data as Float32Array;
      expect([...scales].every((value) => value >= scaleFloor && value < Infinity)).toBe(true);
      const zeroPoint = await graph.initializers.get(zero)!.read();
      expect(zeroPoint.dtype).toBe('int8');
      expect([...(zeroPoint.data as Int8Array)].every((value) => value === 0)).toBe(true);
      expect(zeroPoint.data).toHaveLength(scales.length);
      if (!graph.initializers.has(input)) expect(scales).toHaveLength(1);
      else expect(graph.initializers.get(input)).toMatchObject({ dtype: 'int8', dims: expect.anything() as number[] });
    }
    // Biases stay float, outputs of weighted operators stay bare, every read tensor has a maker before it.
    const weighted = quantized.nodes.filter((node) => node.is('Conv', 'Gemm'));
    for (const node of weighted) {
      expect(graph.producer(node.inputs[0]!)?.opType).toBe('DequantizeLinear');
      expect(graph.producer(node.inputs[1]!)?.opType).toBe('DequantizeLinear');
      if (node.inputs[2]) expect(graph.initializers.get(node.inputs[2])?.dtype).toBe('float32');
    }
    const known = new Set<string>(['', 'x', ...graph.initializers.keys()]);
    for (const node of quantized.nodes) {
      for (const name of node.inputs) expect(known.has(name)).toBe(true);
      for (const name of node.outputs) known.add(name);
    }
    expect(
      [...graph.initializers.values()].filter((tensor) => tensor.dtype === 'float32' && tensor.dims.length > 1),
    ).toEqual([]);
  });

  it('gives close results, and one scale to what is tied', async () => {
    const model = network();
    const { quantized, report } = await quantize(model, 'tensorrt');
    const feeds = randomFeeds(model);
    expect(sqnr(await run(model, feeds), await run(quantized, feeds))).toBeGreaterThan(30);
    const scale = (name: string): number => report.tensors.get(name)!.scale;
    expect(new Set(['t', 'm', 'e', 'j'].map(scale)).size).toBe(1);
    expect(report.weights.map((weight) => weight.tensor)).toEqual(['w', 'w2', 'w3', 'w4', 'g']);
  });

  it('keeps the float constant where another node reads it, and the pair of each reader on request', async () => {
    const model = build(
      [
        ['Conv', 'x w', 'c'],
        ['Conv', 'x w', 'd'],
        ['Mul', 'd w', 'e'],
        ['Add', 'c e', 'y'],
      ],
      { inputs: { x: [1, 4, 4, 4] }, outputs: ['y'], constants: { w: [4, 4, 1, 1] } },
    );
    const placement = placeQdq(model, { form: 'tensorrt' });
    const scales = new Map(placement.activations.map(({ tensor }) => [tensor, { scale: 0.02 }]));
    const shared = model.clone();
    await insertQdq(shared, placement, scales, { quantizeWeights });
    expect(shared.initializers.has('w')).toBe(true);
    expect(shared.nodes.filter((node) => node.is('QuantizeLinear') && node.inputs[0] === 'x')).toHaveLength(1);
    const apart = model.clone();
    await insertQdq(apart, placement, scales, { quantizeWeights, dedicated: true });
    expect(apart.nodes.filter((node) => node.is('QuantizeLinear') && node.inputs[0] === 'x')).toHaveLength(2);
    const feeds = randomFeeds(model);
    expect(relativeError(await run(shared, feeds), await run(apart, feeds))).toBe(0);
  });

  it('quantizes weights with the native kernels unless told otherwise', async () => {
    const given = await quantize(network(), 'tensorrt');
    const model = network();
    const placement = placeQdq(model, { form: 'tensorrt' });
    await insertQdq(model, placement, given.report.tensors);
    expect(Buffer.from(model.toBytes()).equals(Buffer.from(given.quantized.toBytes()))).toBe(true);
  });

  it('takes its floor for what was zero throughout', async () => {
    const model = conv();
    const placement = placeQdq(model, { form: 'tensorrt' });
    const report = await insertQdq(model, placement, new Map([['x', { scale: 0 }]]), { quantizeWeights });
    expect(report.floored).toEqual(['x']);
    expect(report.tensors.get('x')).toEqual({ scale: scaleFloor, zeroPoint: 0 });
    await run(model, randomFeeds(model));
  });

  it.each([
    ['none', new Map<string, QuantizationRange>()],
    ['one that is not finite', new Map([['x', { scale: Infinity }]])],
    ['one outside the type', new Map([['x', { scale: 1, zeroPoint: 200 }]])],
  ])('refuses a range: %s', async (_, given) => {
    const model = conv();
    const attempt = insertQdq(model, placeQdq(model, { form: 'tensorrt' }), given, { quantizeWeights });
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_CALIBRATION' });
    await expect(attempt).rejects.toThrow('tensor "x"');
  });

  it('refuses an operator set without scales per channel', async () => {
    const model = conv();
    model.opset = 12;
    const attempt = insertQdq(model, placeQdq(model, { form: 'tensorrt' }), new Map([['x', { scale: 1 }]]), {
      quantizeWeights,
    });
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_MODEL_UNSUPPORTED' });
  });

  it.each(['grouped-deconv-bn', 'gemm-bn', 'gemm-transposed-bn', 'conv-bias-bn'])('%s: is close too', async (name) => {
    const model = await openFixture(`clean/${name}.onnx`);
    await cleanModel(model);
    const placement = placeQdq(model, { form: 'tensorrt' });
    // Too small to pay off, but right all the same.
    const node = model.nodes[0]!;
    const point = { tensor: 'x', edges: [{ node: node.name, input: 0 }], output: false };
    const dims = model.initializers.get('w')!.dims;
    const axis = node.is('Conv') || node.int('transB') ? 0 : 1;
    const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
    const channels = dims[axis]!;
    const outer = axis === 0 ? 1 : dims[0]!;
    const weights = [{ tensor: 'w', edges: [{ node: node.name, input: 1 }], axis, outer, channels, inner }];
    const quantized = model.clone();
    const given = { ...placement, activations: [point], weights };
    await insertQdq(quantized, given, new Map([['x', { scale: 1 / 127 }]]), { quantizeWeights });
    const feeds = randomFeeds(model);
    expect(sqnr(await run(model, feeds), await run(quantized, feeds))).toBeGreaterThan(30);
  });
});

describe("ONNX Runtime's form", () => {
  it('is close, keeps the names of outputs, and has an integer bias', async () => {
    const model = network();
    const { quantized, report } = await quantize(model, 'onnxruntime');
    const feeds = randomFeeds(model);
    const actual = await run(quantized, feeds);
    expect(Object.keys(actual)).toEqual(['side', 'y']);
    expect(sqnr(await run(model, feeds), actual)).toBeGreaterThan(30);
    const { graph } = quantized;
    for (const node of quantized.nodes.filter((candidate) => candidate.is('Conv', 'Gemm'))) {
      const bias = graph.producer(node.inputs[2] ?? '');
      if (node.inputs[2]) expect(graph.initializers.get(bias!.inputs[0]!)?.dtype).toBe('int32');
      const [after] = graph.consumers(node.outputs[0]!);
      expect(['Relu', 'QuantizeLinear']).toContain(after!.opType);
    }
    expect(report.tensors.get('r')?.zeroPoint).toBe(0);
  });

  it('runs on integer kernels', async () => {
    const { quantized } = await quantize(network(), 'onnxruntime');
    const operators = await optimizedOperators(quantized);
    for (const kernel of [
      'QLinearConv',
      'QLinearAdd',
      'QLinearConcat',
      'QLinearGlobalAveragePool',
      'QGemm',
      'NhwcMaxPool',
    ]) {
      expect(operators).toContain(kernel);
    }
    for (const float of ['Conv', 'Add', 'Relu', 'Gemm', 'Concat']) expect(operators).not.toContain(float);
  });

  it('gives each reader of weights INT8 constants of its own, which ONNX Runtime rewrites for one node at a time', async () => {
    const model = build(
      [
        ['Conv', 'x w b', 'c'],
        ['Conv', 'c w b', 'd'],
        ['Conv', 'x w', 'e'],
        ['Add', 'd e', 'y'],
      ],
      { inputs: { x: [1, 4, 4, 4] }, outputs: ['y'], constants: { w: [4, 4, 1, 1], b: [4] } },
    );
    const { quantized } = await quantize(model, 'onnxruntime');
    const { graph } = quantized;
    const integers = quantized.nodes.filter((node) => node.is('Conv')).flatMap((node) => node.inputs.slice(1));
    const constants = integers.flatMap((name) => graph.producer(name)!.inputs);
    expect(new Set(constants).size).toBe(15);
    const session = await ort.InferenceSession.create(quantized.toBytes(), {
      logSeverityLevel: 4,
      extra: { session: { x64quantprecision: '1' } },
    });
    const feeds = randomFeeds(model);
    const actual = (await session.run(feeds)) as unknown as Outputs;
    expect(sqnr(await run(model, feeds), actual)).toBeGreaterThan(30);
  });

  it('leaves room in INT32 beside a great bias for the products', async () => {
    const model = build([['Gemm', 'x w b', 'y', { transB: int(1) }]], {
      inputs: { x: [3, 32] },
      outputs: ['y'],
      constants: { w: [8, 32], b: [8] },
    });
    const weights = (await model.initializers.get('w')!.read()).data as Float32Array;
    const small = weights.map((value) => value * 1e-3);
    model.graph.setInitializer(Initializer.create('w', { dtype: 'float32', shape: [8, 32], data: small }));
    const data = Float32Array.of(1e4, -1e4, 1e4, -1e4, 1e4, -1e4, 1e4, -1e4);
    model.graph.setInitializer(Initializer.create('b', { dtype: 'float32', shape: [8], data }));
    const { quantized } = await quantize(model, 'onnxruntime');
    const feeds = randomFeeds(model);
    const session = await ort.InferenceSession.create(quantized.toBytes(), { logSeverityLevel: 4 });
    expect(sqnr(await run(model, feeds), (await session.run(feeds)) as unknown as Outputs)).toBeGreaterThan(30);
    const [restored = ''] = quantized.nodes.find((node) => node.is('Gemm'))!.inputs.slice(2);
    const bias = (await quantized.initializers.get(quantized.graph.producer(restored)!.inputs[0]!)!.read())
      .data as Int32Array;
    for (const value of bias) expect(Math.abs(value) + 32 * 255 * 128).toBeLessThan(2 ** 31);
  });

  it('leaves a graph output alone that is a graph input', async () => {
    const model = build([['Conv', 'x w', 'y']], {
      inputs: { x: [1, 4, 4, 4] },
      outputs: ['y', 'x'],
      constants: { w: [4, 4, 1, 1] },
    });
    const { quantized } = await quantize(model, 'onnxruntime');
    const feeds = randomFeeds(model);
    const actual = await run(quantized, feeds);
    expect(actual['x']!.data).toEqual(feeds['x']!.data);
    expect(sqnr(await run(model, feeds), actual)).toBeGreaterThan(30);
  });

  it('raises the scale of weights whose bias would not fit', async () => {
    const model = conv();
    const weights = new Float32Array(216).fill(0.5);
    // One dead channel, and one whose weights vanish beside its bias.
    weights.fill(0, 0, 36);
    weights.fill(1e-12, 36, 72);
    model.graph.setInitializer(Initializer.create('w', { dtype: 'float32', shape: [6, 4, 3, 3], data: weights }));
    const data = Float32Array.of(3, -2, 1, 0, 0, 0);
    model.graph.setInitializer(Initializer.create('b', { dtype: 'float32', shape: [6], data }));
    const { quantized } = await quantize(model, 'onnxruntime');
    const feeds = randomFeeds(model);
    expect(sqnr(await run(model, feeds), await run(quantized, feeds))).toBeGreaterThan(40);
  });
});

/** The operators of the graph that ONNX Runtime makes of a model. */
async function optimizedOperators(model: Model): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'calibrt-qdq-'));
  try {
    const optimizedModelFilePath = join(folder, 'optimized.onnx');
    await ort.InferenceSession.create(model.toBytes(), { optimizedModelFilePath, logSeverityLevel: 4 });
    return (await openModel(optimizedModelFilePath)).nodes.map((node) => node.opType);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
