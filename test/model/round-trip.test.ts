import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeModel, type Model } from '#lib/model/index.js';
import { fixture, openFixture, randomFeeds, relativeError, run } from './helpers.js';

const names = [
  'files/unknown-fields.onnx',
  'files/scattered.onnx',
  'files/typed-values.onnx',
  'clean/control-flow.onnx',
];

describe('a model that is not edited', () => {
  it.each(names)('%s comes back byte for byte', async (name) => {
    const model = await openFixture(name);
    expect(Buffer.from(model.toBytes()).equals(readFileSync(fixture(name)))).toBe(true);
    expect(Buffer.from(model.clone().toBytes()).equals(readFileSync(fixture(name)))).toBe(true);
  });
});

/** Whether `part` occurs in the bytes of the saved model. */
function holds(model: Model, part: string): boolean {
  return Buffer.from(model.toBytes()).includes(part);
}

describe('a model that is edited', () => {
  it('keeps unknown fields, metadata and overloads of nodes whose inputs and attributes change', async () => {
    const model = await openFixture('files/unknown-fields.onnx');
    const before = model.toBytes();
    const feeds = randomFeeds(model);
    for (const node of model.nodes) {
      const inputs = node.inputs;
      node.setInputs(['x', ...inputs.slice(1)]);
      node.setInputs(inputs);
    }
    model.nodes[0]?.setAttribute('pads', { type: 'ints', value: [0n, 0n, 0n, 0n] });
    for (const text of ['kept 0', 'kept 1', 'kept 2', 'pkg.torch.onnx.name', 'layer2', 'node 1', 'v1', 'author']) {
      expect(holds(model, text)).toBe(true);
    }
    // Each of the ten messages carries one field of every wire type that no ONNX version has.
    expect(Buffer.from(model.toBytes()).toString('latin1').split('abcdefgh')).toHaveLength(
      Buffer.from(before).toString('latin1').split('abcdefgh').length,
    );
    expect(relativeError(await run(before, feeds), await run(model, feeds))).toBe(0);
  });

  it('shares the weights: an edit of one node leaves the bytes of all others', async () => {
    const model = await openFixture('files/unknown-fields.onnx');
    const original = Buffer.from(model.toBytes());
    model.nodes[1]?.setAttribute('note', { type: 'string', value: 'edited' });
    const edited = Buffer.from(model.toBytes());
    for (const node of [model.nodes[0]!, model.nodes[2]!]) {
      const bytes = Buffer.concat([...node.pieces()]);
      expect(original.includes(bytes)).toBe(true);
      expect(edited.includes(bytes)).toBe(true);
    }
    for (const tensor of model.initializers.values()) {
      expect(edited.includes(Buffer.concat([...tensor.pieces()]))).toBe(true);
    }
  });

  it('keeps fields in the order they had, however scattered', async () => {
    const model = await openFixture('files/scattered.onnx');
    const feeds = randomFeeds(model);
    const expected = await run(model, feeds);
    model.graph.setValues([]);
    const edited = Buffer.from(model.toBytes());
    // Only the padded length of the graph became shorter.
    expect(edited.length).toBe(readFileSync(fixture('files/scattered.onnx')).length - 2);
    const order = ['scattered', 'Relu', 'a doc string', 'Add'].map((text) => edited.indexOf(text));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(relativeError(expected, await run(model, feeds))).toBe(0);
  });

  it('does not touch the model that it was cloned from', async () => {
    const model = await openFixture('files/unknown-fields.onnx');
    const before = Buffer.from(model.toBytes());
    const copy = model.clone();
    copy.nodes[0]?.setOutputs(['other']);
    copy.graph.removeInitializer('b');
    copy.opset = 13;
    expect(Buffer.from(model.toBytes()).equals(before)).toBe(true);
    expect(describeModel(copy).opset).toBe(13);
    expect(model.graph.producer('c')?.name).toBe('first');
    expect(copy.graph.producer('c')).toBeUndefined();
  });
});

describe('names', () => {
  it('gives unnamed nodes a stable name that is not written', async () => {
    const model = await openFixture('files/unknown-fields.onnx');
    expect(model.nodes.map((node) => node.name)).toEqual(['first', 'Relu_1', 'last']);
    model.nodes[1]?.setInputs(['c']);
    expect(holds(model, 'Relu_1')).toBe(false);
  });

  it('makes up none that is taken', async () => {
    const { graph } = await openFixture('files/unknown-fields.onnx');
    expect(graph.uniqueName('w')).toBe('w_1');
    expect(graph.uniqueName('w')).toBe('w_2');
    expect(graph.uniqueName('first')).toBe('first_1');
    expect(graph.uniqueName('fresh')).toBe('fresh');
  });

  it('sees the names in bodies of control flow', async () => {
    const { graph } = await openFixture('clean/control-flow.onnx');
    expect(graph.uniqueName('t')).toBe('t_1');
    expect(graph.consumers('w').map((node) => node.opType)).toEqual(['If']);
    expect(graph.usedInSubgraph('inner')).toBe(true);
  });
});
