import { describe, expect, it } from 'vitest';
import {
  checkOperators,
  describeModel,
  exposeTensors,
  Graph,
  GraphNode,
  Model,
  parseModel,
  setInputShapes,
} from '#lib/model/index.js';
import { ValueInfo } from '#lib/model/value-info.js';
import { bytesField } from '#lib/model/wire/fields.js';
import { build, int } from './build.js';
import { openFixture, randomFeeds, relativeError, run } from './helpers.js';

const model = () =>
  build(
    [
      ['Conv', 'x w', 'c'],
      ['Relu', 'c', 'r'],
      ['Conv', 'r w2', 'y'],
      ['Flatten', 'r', 'z', { axis: int(1) }],
    ],
    { inputs: { x: ['n', 4, 'h', 8] }, outputs: ['y', 'z'], constants: { w: [4, 4, 1, 1], w2: [4, 4, 1, 1] } },
  );

describe('exposed tensors', () => {
  it('join the outputs, inputs and outputs apart', async () => {
    const original = model();
    const exposed = exposeTensors(original, ['r', 'x', 'y', 'c', 'r']);
    expect(exposed.outputs.map((output) => output.name)).toEqual(['y', 'z', 'r', 'c']);
    expect(original.outputs.map((output) => output.name)).toEqual(['y', 'z']);
    const feeds = randomFeeds(original);
    const results = await run(exposed, feeds);
    expect(Object.keys(results)).toEqual(['y', 'z', 'r', 'c']);
    expect(Math.min(...Array.from(results['c']!.data, Number))).toBeLessThan(0);
    expect(relativeError(await run(original, feeds), results)).toBe(0);
  });

  it('stand alone on request, with just what leads to them', async () => {
    const exposed = exposeTensors(model(), ['r'], { only: true });
    expect(exposed.nodes.map((node) => node.opType)).toEqual(['Conv', 'Relu']);
    expect([...exposed.initializers.keys()]).toEqual(['w']);
    expect(Object.keys(await run(exposed, randomFeeds(exposed)))).toEqual(['r']);
  });

  it('have to be there', () => {
    expect(() => exposeTensors(model(), ['nowhere'])).toThrow('no tensor "nowhere"');
  });
});

describe('input shapes', () => {
  it('fix what was open', async () => {
    const fixed = model();
    setInputShapes(fixed, new Map([['x', [3, 4, 5, 8]]]));
    expect(fixed.inputs[0]?.shape).toEqual([3, 4, 5, 8]);
    expect((await run(fixed, randomFeeds(fixed)))['y']?.dims).toEqual([3, 4, 5, 8]);
  });

  it('keep what else is stated about the input', async () => {
    const fixed = await openFixture('files/unknown-fields.onnx');
    setInputShapes(fixed, new Map([['x', [1, 3, 8, 8]]]));
    const count = (text: string): number => Buffer.from(fixed.toBytes()).toString('latin1').split(text).length - 1;
    expect(count('kept 0')).toBe(4);
    await run(fixed, randomFeeds(fixed));
  });

  it.each([
    ['another name', 'image', [1, 4, 4, 8], 'the model has no input "image", but x'],
    ['another rank', 'x', [1, 4, 8], 'the model states nx4xhx8'],
    ['another size', 'x', [1, 3, 4, 8], 'the model states nx4xhx8'],
    ['an impossible size', 'x', [0, 4, 4, 8], 'with positive sizes'],
  ])('refuse %s', (_, name, dims, what) => {
    expect(() => setInputShapes(model(), new Map([[name, dims]]))).toThrow(what);
  });
});

describe('operators', () => {
  const withOperator = (opType: string, domain: string): Model => {
    const io = (name: string): ValueInfo => ValueInfo.create({ name, dtype: 'float32', shape: [1] });
    const node = GraphNode.create({ opType, name: 'y', inputs: ['x'], outputs: ['y'], domain });
    const graph = Graph.create({ name: 'g', nodes: [node], initializers: [], inputs: [io('x')], outputs: [io('y')] });
    return Model.create(graph, 8, new Map([['', 13]]));
  };

  it.each([
    ['Relu', ''],
    ['Gelu', 'com.microsoft'],
  ])('%s of domain "%s" passes', (opType, domain) => {
    expect(() => checkOperators(withOperator(opType, domain))).not.toThrow();
  });

  it.each([
    ['EfficientNMS_TRT', '', 'node "y" uses EfficientNMS_TRT,'],
    ['Relu', 'com.example', 'node "y" uses com.example.Relu,'],
  ])('%s of domain "%s" is named', (opType, domain, what) => {
    expect(() => checkOperators(withOperator(opType, domain))).toThrow(what);
  });

  it('of a domain for which the model defines functions pass', () => {
    const FUNCTIONS = 25;
    const definition = Buffer.from('\x0a\x04Relu\x52\x0bcom.example', 'latin1');
    const bytes = Buffer.concat([withOperator('Relu', 'com.example').toBytes(), bytesField(FUNCTIONS, definition).raw]);
    const own = parseModel('own.onnx', bytes);
    expect(own.hasFunctions).toBe(true);
    expect(() => checkOperators(own)).not.toThrow();
  });
});

it('a description counts what a model holds', async () => {
  const described = describeModel(await openFixture('clean/conv-bn-ir3.onnx'));
  expect(described).toMatchObject({
    inputs: [{ name: 'x', dtype: 'float32', shape: ['n', 4, 6, 6] }],
    opset: 8,
    irVersion: 3,
    producer: 'fixture',
    nodes: 2,
    operators: { BatchNormalization: 1, Conv: 1 },
    parameters: 6 * 4 * 9 + 4 * 6,
    bytes: { float32: 4 * (6 * 4 * 9 + 4 * 6) },
    quantization: { quantizeLinear: 0, dequantizeLinear: 0, int8Weights: 0, int8WeightBytes: 0 },
    externalFiles: [],
  });
  expect(describeModel(await openFixture('external/beside.onnx')).externalFiles).toEqual(['weights.bin']);
});
