import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Graph, GraphNode, Model, upgradeOpset } from '#lib/model/index.js';
import { newestOpset, oldestOpset, upgrades } from '#lib/model/opset/table.js';
import { fixture, openFixture, randomFeeds, relativeError, run } from '../helpers.js';

const files = readdirSync(fixture('opset')).sort();

// ONNX Runtime computes the old half-precision Clip in float32.
const tolerance = (file: string): number => (file.includes('half') ? 1e-3 : 1e-6);
// ONNX Runtime has no RoiAlign of version 22.
const reachable = (file: string, target: number): number => (file.includes('roialign') ? Math.min(target, 21) : target);

describe('a model of an old operator set', () => {
  // Through 13, which Q/DQ needs, and to the newest, over every step between.
  describe.each([13, newestOpset])('raised to %i', (highest) => {
    it.each(files)('%s computes the same', async (file) => {
      const model = await openFixture(`opset/${file}`);
      const from = model.opset;
      const target = reachable(file, highest);
      const feeds = randomFeeds(model);
      const expected = await run(model, feeds);
      const report = await upgradeOpset(model, target);
      expect(report).toMatchObject({ from, to: Math.max(from, target) });
      expect(model.opset).toBe(Math.max(from, target));
      expect(relativeError(expected, await run(model, feeds))).toBeLessThan(tolerance(file));
    });
  });

  it('has a fixture for every change of form that has an equal', async () => {
    const changed = new Set<string>();
    for (const file of files) {
      const model = await openFixture(`opset/${file}`);
      const operators = new Map(model.nodes.map((node) => [node.name, node.opType]));
      for (const name of (await upgradeOpset(model, newestOpset)).nodes) changed.add(operators.get(name) ?? '');
    }
    const refused = ['GroupNormalization', 'Scan'];
    // Its replacement for one old form is the same as for another.
    const alike = ['ReduceLogSum'];
    const all = new Set(Object.values(upgrades).flatMap((step) => Object.keys(step)));
    for (const operator of [...refused, ...alike]) all.delete(operator);
    expect([...all].filter((operator) => !changed.has(operator))).toEqual([]);
  });
});

function modelOf(opset: number, node: GraphNode): Model {
  const graph = Graph.create({ name: 'g', nodes: [node], initializers: [], inputs: [], outputs: [] });
  return Model.create(graph, 8, new Map([['', opset]]));
}

const plain = (opType: string, attributes = {}): GraphNode =>
  GraphNode.create({ opType, name: 'the node', inputs: ['x', 's', 'b', 'm', 'v'], outputs: ['y'], attributes });

describe('what cannot be raised', () => {
  it.each([
    [8, plain('BatchNormalization', { spatial: { type: 'int', value: 0n } }), 'the node'],
    [8, plain('Scan'), 'Scan'],
    [20, plain('GroupNormalization'), 'GroupNormalization'],
    [oldestOpset - 1, plain('Relu'), `operator set ${oldestOpset - 1}`],
  ])('is refused (operator set %i)', async (opset, node, what) => {
    const attempt = upgradeOpset(modelOf(opset, node), newestOpset);
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_MODEL_UNSUPPORTED' });
    await expect(attempt).rejects.toThrow(what);
  });

  it('is refused for a target that is not known', async () => {
    await expect(upgradeOpset(modelOf(13, plain('Relu')), newestOpset + 1)).rejects.toThrow('is not known');
  });
});

it('names an operator set where the model had none', async () => {
  const { graph } = modelOf(13, plain('Relu'));
  const model = Model.create(graph, 8, new Map([['ai.onnx.ml', 3]]));
  expect(await upgradeOpset(model, 13)).toEqual({ from: 0, to: 13, nodes: [] });
  expect([...model.opsetImports]).toEqual([
    ['ai.onnx.ml', 3],
    ['', 13],
  ]);
});

it('raises the file format where the operator set needs it', async () => {
  const model = await openFixture('opset/07-dropout.onnx');
  expect(model.irVersion).toBe(3);
  await upgradeOpset(model, 13);
  expect(model.irVersion).toBe(7);
});

it('leaves a model alone that is new enough', async () => {
  const model = await openFixture('files/unknown-fields.onnx');
  const before = Buffer.from(model.toBytes());
  expect(await upgradeOpset(model, 13)).toEqual({ from: 22, to: 22, nodes: [] });
  expect(Buffer.from(model.toBytes()).equals(before)).toBe(true);
});
