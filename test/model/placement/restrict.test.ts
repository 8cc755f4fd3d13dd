import { describe, expect, it } from 'vitest';
import {
  exactPattern,
  openModel,
  placementByNode,
  placeQdq,
  restrictPlacement,
  tensorsAtCut,
} from '#lib/model/index.js';
import { nodePattern } from '#lib/model/placement/patterns.js';
import { repository } from '../../helpers/fixture.js';

describe('exactPattern', () => {
  it.each(['conv', '/stem/Conv/', 'a*b', 'x[0]', 'a.b', '/^odd$/', 'a|b', 'back\\slash'])(
    'matches %s alone',
    (name) => {
      const matches = nodePattern(exactPattern(name));
      expect(matches(name)).toBe(true);
      for (const other of [`${name}x`, `x${name}`, name.replace(/[*.|\\]/, 'Z')].filter((each) => each !== name)) {
        expect(matches(other)).toBe(false);
      }
    },
  );
});

describe('restrictPlacement', () => {
  it('keeps what the nodes read, and all of it for all nodes', async () => {
    const model = await openModel(repository('demo/model.onnx'));
    const placement = placeQdq(model, { form: 'tensorrt' });
    const all = restrictPlacement(placement, new Set(model.nodes.map(({ name }) => name)));
    expect(placementByNode(all)).toEqual(placementByNode(placement));

    const { node } = placement.nodes.find((each) => each.rule === 'weighted')!;
    const one = restrictPlacement(placement, new Set([node]));
    expect([...placementByNode(one).keys()]).toEqual([node]);
    expect(one.weights.length).toBe(1);
    expect(one.nodes.filter(({ quantized }) => quantized).map((each) => each.node)).toEqual([node]);
  });
});

describe('tensorsAtCut', () => {
  it('are the inputs at the beginning and the outputs at the end', async () => {
    const model = await openModel(repository('demo/model.onnx'));
    expect(tensorsAtCut(model, 0)).toEqual(['input']);
    expect(tensorsAtCut(model, model.nodes.length)).toEqual(['logits']);
  });
});
