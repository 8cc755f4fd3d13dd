import { describe, expect, it } from 'vitest';
import { Initializer, placeQdq, type Model } from '#lib/model/index.js';
import { onnx } from '#lib/model/proto.js';
import { build, int, type Line } from '../build.js';

const lines: Line[] = [
  ['MatMul', 'x w', 'q'],
  ['Transpose', 'q', 'k'],
  ['MatMul', 'q k', 's'],
  ['Greater', 's zero', 'c'],
  ['Where', 'c zero low', 'mask'],
  ['Unsqueeze', 'mask axis', 'moved'],
  ['Squeeze', 'moved axis', 'back'],
  ['Add', 's back', 'masked'],
  ['Softmax', 'masked', 'p', { axis: int(-1) }],
  ['MatMul', 'p q', 'o'],
];

function attention(low: number): Model {
  const around = { inputs: { x: [4, 4] }, outputs: ['o'], constants: { w: [4, 4], zero: [1], axis: [0n] } };
  const model = build(lines, around);
  const constant = (name: string, value: number): void =>
    model.graph.setInitializer(Initializer.create(name, { dtype: 'float32', shape: [], data: Float32Array.of(value) }));
  constant('zero', 0);
  constant('low', low);
  return model;
}

const inFloat = ['mask', 'moved', 'back', 'masked', 'p'];

function rules(model: Model): Record<string, string> {
  const { nodes } = placeQdq(model, { form: 'onnxruntime' });
  return Object.fromEntries(nodes.map(({ node, rule }) => [node, rule]));
}

describe("a mask in ONNX Runtime's form", () => {
  it.each([-Infinity, Infinity, -3.4028234663852886e38])('of %f stays in float, and what reads it', (low) => {
    const model = attention(low);
    const found = rules(model);
    for (const node of inFloat) expect(found[node]).toBe('infinities');
    for (const node of ['q', 's', 'o']) expect(found[node]).not.toBe('infinities');
    const placed = placeQdq(model, { form: 'onnxruntime' }).activations.map(({ tensor }) => tensor);
    expect(placed).toEqual(expect.arrayContaining(['x', 'q', 's', 'p', 'o']));
    for (const tensor of ['mask', 'moved', 'back', 'masked']) expect(placed).not.toContain(tensor);
  });

  it('that is stored as numbers one by one is seen too', () => {
    const model = attention(0);
    const message = onnx.TensorProto.encode({ name: 'low', dataType: 1, floatData: [-Infinity] }).finish();
    model.graph.setInitializer(Initializer.parse(message, (file) => file));
    expect(rules(model)['mask']).toBe('infinities');
  });

  it('of finite values is quantized as ever', () => {
    expect(Object.values(rules(attention(-10)))).not.toContain('infinities');
  });
});
