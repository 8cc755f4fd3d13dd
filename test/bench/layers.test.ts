import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseInspector } from '#lib/bench/layers/inspector.js';
import { joinTimes, parseProfileExport } from '#lib/bench/layers/join-times.js';
import { layersOfKernels, type Kernel, type ModelNode } from '#lib/bench/layers/kernels.js';
import { onnxNodesOf } from '#lib/bench/layers/onnx-nodes.js';
import { precisionIn } from '#lib/bench/layers/precision.js';
import { summarizeLayers } from '#lib/bench/layers/summary.js';
import { fixture } from '../helpers/fixture.js';

const quantized = ['Conv_conv0', 'Conv_conv1', 'Conv_conv2', 'Gemm_scores'];
const read = (name: string): Promise<string> => readFile(fixture(`layers/${name}`), 'utf8');

describe.each(['tensorrt-10.json', 'tensorrt-11.json'])('the layers in %s', (file) => {
  it('have their precision, and the nodes that they were made of', async () => {
    const layers = parseInspector(await read(file));
    expect(layers.map(({ precision, isReformat }) => (isReformat ? 'reformat' : precision))).toEqual([
      ...['reformat', 'INT8', 'INT8', 'reformat', 'FP32', 'FP32', 'INT8'],
    ]);
    expect(layers[1]!.nodes).toEqual(['DequantizeLinear_conv0.weight.dq', 'Conv_conv0', 'Relu_relu0']);
    expect(layers[3]!.nodes).toEqual([]);
    expect(layers[1]!.name).not.toContain('[profile');
  });

  it('tell which quantized node fell back, and what it costs', async () => {
    const layers = joinTimes(parseInspector(await read(file)), parseProfileExport(await read('profile.json')));
    const summary = summarizeLayers(layers, quantized);
    expect(summary.int8).toEqual(['Conv_conv0', 'Conv_conv1', 'Gemm_scores']);
    expect(summary.fallbacks).toEqual([
      { node: 'Conv_conv2', layer: 'Conv_conv2 + Relu_relu2', precision: 'FP32', medianMs: 0.0307 },
    ]);
    expect(summary.unknown).toEqual([]);
    expect(summary.reformats.layers).toBe(2);
    expect(summary.reformats.medianMs).toBeCloseTo(0.0073, 6);
    expect(summary.byPrecision.INT8!.layers).toBe(3);
    expect(summary.byPrecision.FP32!.medianMs).toBeCloseTo(0.0342, 6);
  });
});

describe('layers that are names alone', () => {
  it('are mapped to the nodes of the model, and their precision stays unknown', async () => {
    const known = new Set([...quantized, 'Relu_relu0', 'GlobalAveragePool_pooled']);
    const layers = parseInspector(await read('names.json'), known);
    expect(layers[1]!.nodes).toEqual(['Conv_conv0', 'Relu_relu0']);
    const { int8, fallbacks, unknown } = summarizeLayers(layers, quantized);
    expect({ int8, fallbacks, unknown }).toEqual({ int8: [], fallbacks: [], unknown: quantized });
  });
});

describe('what is no layer information', () => {
  it.each([
    ['no JSON', '{"Layers": [', 'is no JSON'],
    ['an array', '[1]', 'no "Layers"'],
    ['null', 'null', 'no "Layers"'],
    ['layers that are numbers', '{"Layers": [1]}', 'no "Layers"'],
  ])('%s, is refused', (_, text, message) => {
    expect(() => parseInspector(text)).toThrow(message);
  });

  it.each([
    ['no JSON', '[', 'is no JSON'],
    ['an object', '{}', 'no layers'],
    ['null in the array', '[null]', 'no layers'],
  ])('a profile that is %s, is refused', (_, text, message) => {
    expect(() => parseProfileExport(text)).toThrow(message);
  });
});

describe('times of layers', () => {
  it('go to layers of the same name in order, and none is lost', () => {
    const layer = { operator: '', nodes: [], precision: null, isReformat: false, medianMs: null };
    const layers = [
      { ...layer, name: 'a' },
      { ...layer, name: 'b' },
      { ...layer, name: 'a' },
    ];
    const times = ['a', 'a', 'Reformatting CopyNode for x', 'b [profile 1]'].map((name, i) => ({
      name,
      averageMs: 10,
      medianMs: i + 1,
    }));
    expect(joinTimes(layers, times).map(({ name, medianMs, isReformat }) => [name, medianMs, isReformat])).toEqual([
      ['a', 1, false],
      ['b', 4, false],
      ['a', 2, false],
      ['Reformatting CopyNode for x', 3, true],
    ]);
  });

  it('are means where a profile has no medians', () => {
    expect(joinTimes([], [{ name: 'x', averageMs: 3 }])[0]!.medianMs).toBe(3);
  });
});

describe('names of nodes', () => {
  it.each([
    ['Conv_0 + Relu_1', undefined, ['Conv_0', 'Relu_1']],
    ['PWN(PWN(Sigmoid_3), Mul_4)', undefined, ['Sigmoid_3', 'Mul_4']],
    ['Conv_1 || Conv_2', undefined, ['Conv_1', 'Conv_2']],
    ['{ForeignNode[/a/MatMul.../b/Softmax]}', undefined, ['/a/MatMul', '/b/Softmax']],
    ['Reformatting CopyNode for Input Tensor 0 to Conv_1', undefined, []],
    ['__myl_Conv_myl0_1', '[ONNX Layer: a]\x1f[ONNX Layer: b[0]]', ['a', 'b[0]']],
    ['__myl_Conv_myl0_1', '[ONNX Layer: a][ONNX Layer: b]', ['a', 'b']],
  ])('in %s with metadata %s are %j', (name, metadata, nodes) => {
    expect(onnxNodesOf(name, metadata, undefined)).toEqual(nodes);
  });
});

describe('words of precision', () => {
  it.each([
    ['Thirty-two wide channel vectorized row major Int8 format', 'INT8'],
    ['Row major linear FP16 format', 'FP16'],
    ['Half', 'FP16'],
    ['BF16', 'BF16'],
    ['FP8', 'FP8'],
    ['float', 'FP32'],
    ['uint8', 'INT8'],
    ['Int64', 'other'],
    ['', undefined],
  ])('%s is %s', (text, precision) => {
    expect(precisionIn(text)).toBe(precision);
  });
});

describe('kernels of ONNX Runtime', () => {
  const node = (name: string, opType: string, inputs: string[], outputs: string[]): ModelNode => ({
    ...{ name, opType, inputs, outputs },
  });
  const kernel = (name: string, operator: string, input: string): Kernel => ({
    ...{ name, operator, inputs: [input], outputs: [input] },
    times: Float32Array.of(1, 100, 2),
  });
  const nodes = [
    node('q', 'QuantizeLinear', ['x'], ['xq']),
    node('dq', 'DequantizeLinear', ['xq'], ['xd']),
    node('conv', 'Conv', ['xd', 'w'], ['c']),
    node('relu', 'Relu', ['c'], ['r']),
    node('q2', 'QuantizeLinear', ['r'], ['rq']),
    node('dq2', 'DequantizeLinear', ['rq'], ['rd']),
    node('soft', 'Softmax', ['rd'], ['y']),
  ];

  it('that took Q and DQ in are the node that they were named after', () => {
    const layers = layersOfKernels(
      [
        kernel('q', 'QuantizeLinear', 'float'),
        kernel('conv_token_3', 'QLinearConv', 'uint8'),
        kernel('soft', 'Softmax', 'float'),
      ],
      nodes,
    );
    expect(layers.map(({ nodes }) => nodes)).toEqual([['q'], ['conv', 'relu'], ['soft']]);
    expect(layers.map(({ precision }) => precision)).toEqual(['FP32', 'INT8', 'FP32']);
    expect(layers.map(({ isReformat }) => isReformat)).toEqual([true, false, false]);
    expect(layers[1]!.medianMs).toBe(2);
    expect(summarizeLayers(layers, ['conv', 'soft'])).toMatchObject({
      int8: ['conv'],
      fallbacks: [{ node: 'soft', precision: 'FP32' }],
    });
  });
});
