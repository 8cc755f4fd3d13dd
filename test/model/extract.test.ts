import { describe, expect, it } from 'vitest';
import { extractPart, exposeTensors, openModel } from '#lib/model/index.js';
import { repository } from '../helpers/fixture.js';
import { ort, randomFeeds, run } from './helpers.js';

describe('extractPart', () => {
  it('computes from inner tensors what the whole network computes', async () => {
    const model = await openModel(repository('demo/model.onnx'));
    const middle = model.nodes[Math.floor(model.nodes.length / 2)]!;
    // What the second half reads of the first.
    const first = new Set(model.nodes.slice(0, model.nodes.indexOf(middle)).flatMap(({ outputs }) => outputs));
    const read = model.nodes.slice(model.nodes.indexOf(middle)).flatMap(({ inputs }) => inputs);
    const cut = [...new Set(read.filter((name) => first.has(name)))];
    expect(cut.length).toBeGreaterThan(0);

    const feeds = randomFeeds(model, 1);
    const whole = await run(exposeTensors(model, cut), feeds);
    const part = extractPart(
      model,
      cut.map((name) => ({ name, dtype: 'float32', shape: whole[name]!.dims })),
      ['logits'],
    );
    expect(part.nodes.length).toBeLessThan(model.nodes.length);
    expect(part.inputs.map(({ name }) => name)).toEqual(cut);
    expect(part.initializers.size).toBeLessThan(model.initializers.size);
    const inner = cut.map((name) => {
      const { data, dims } = whole[name]!;
      return [name, new ort.Tensor('float32', data as Float32Array, dims)] as const;
    });
    const made = await run(part, Object.fromEntries(inner));
    expect(Array.from(made['logits']!.data)).toEqual(Array.from(whole['logits']!.data));
  });

  it('leaves out inputs that nothing reads, and keeps the own ones that something does', async () => {
    const model = await openModel(repository('demo/model.onnx'));
    const node = model.nodes.find((each) => each.inputs.includes('input'));
    const part = extractPart(model, [{ name: 'nothing', dtype: 'float32', shape: [1] }], [node!.outputs[0]!]);
    expect(part.inputs.map(({ name }) => name)).toEqual(['input']);
    expect(part.nodes.map(({ name }) => name)).toContain(node!.name);
  });
});
