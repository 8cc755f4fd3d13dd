import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cleanModel, openModel, type Attribute, type Model } from '#lib/model/index.js';
import { build, ints, text } from '../build.js';
import { evaluate, fixture, openFixture, randomFeeds, relativeError, run, ort } from '../helpers.js';

const operators = (model: Model): string[] => model.nodes.map((node) => node.opType);
const clean = async (name: string): Promise<[Model, Awaited<ReturnType<typeof cleanModel>>]> => {
  const model = await openFixture(`clean/${name}.onnx`);
  return [model, await cleanModel(model, { evaluate })];
};

describe('a cleaned model computes the same', () => {
  const files = ['clean', 'opset', 'files'].flatMap((folder) =>
    readdirSync(fixture(folder)).map((file) => `${folder}/${file}`),
  );
  it.each(files)('%s', async (file) => {
    const model = await openFixture(file);
    const feeds = randomFeeds(model, 3);
    if ('c' in feeds) feeds['c'] = new ort.Tensor('bool', [true], []);
    const expected = await run(model, feeds);
    await cleanModel(model, { evaluate });
    // ONNX Runtime computes the old half-precision Clip in float32.
    expect(relativeError(expected, await run(model, feeds))).toBeLessThan(file.includes('half') ? 1e-3 : 1e-6);
    if (!('c' in feeds)) return;
    feeds['c'] = new ort.Tensor('bool', [false], []);
    expect(relativeError(await run(await openFixture(file), feeds), await run(model, feeds))).toBeLessThan(1e-6);
  });

  const detector = fileURLToPath(
    new URL('../../../../shared/data/face-detector/version-RFB-320.onnx', import.meta.url),
  );
  it.skipIf(!existsSync(detector))('the face detector (needs ../shared/data)', async () => {
    const model = await openModel(detector);
    const feeds = randomFeeds(model);
    const expected = await run(model, feeds);
    const report = await cleanModel(model, { evaluate });
    expect(report).toMatchObject({ weightInputs: 244, constants: 31, opset: { from: 9, to: 13 }, warnings: [] });
    expect(report.foldedAffine).toHaveLength(35);
    expect(operators(model)).not.toContain('BatchNormalization');
    expect(model.inputs.map((input) => input.name)).toEqual(['input']);
    expect(relativeError(expected, await run(model, feeds))).toBeLessThan(1e-5);
  });
});

describe('BatchNormalization and arithmetic per channel', () => {
  it.each(['conv-bn', 'conv-bias-bn', 'conv-bn-ir3', 'grouped-conv-bn', 'affine-chain'])(
    '%s: into Conv',
    async (name) => {
      const [model] = await clean(name);
      expect(operators(model)).toEqual(['Conv']);
      expect(model.outputs.map((output) => output.name)).toEqual(['y']);
      expect(model.initializers.size).toBe(2);
    },
  );

  it('into a grouped ConvTranspose', async () => {
    const [model] = await clean('grouped-deconv-bn');
    expect(operators(model)).toEqual(['ConvTranspose']);
  });

  it.each(['gemm-bn', 'gemm-transposed-bn', 'gemm-no-bias-bn'])('%s: into Gemm', async (name) => {
    const [model] = await clean(name);
    expect(operators(model)).toEqual(['Gemm']);
  });

  it('into BatchNormalization where there is nothing else', async () => {
    const [model] = await clean('bn-affine');
    expect(operators(model)).toEqual(['Relu', 'BatchNormalization']);
  });

  it.each([
    ['bn-read-twice', ['Conv', 'BatchNormalization', 'Relu', 'Add']],
    ['bn-after-output', ['Conv', 'BatchNormalization']],
    ['affine-not-per-channel', ['Conv', 'Mul', 'Sub']],
  ])('%s: stay where they are', async (name, expected) => {
    const [model, report] = await clean(name);
    expect(operators(model)).toEqual(expected);
    expect(report.foldedAffine).toEqual([]);
  });

  it('copies weights that another reads', async () => {
    const [model, report] = await clean('shared-weights');
    expect(report.foldedAffine).toHaveLength(2);
    expect(operators(model)).toEqual(['Conv', 'Conv', 'Add']);
    const weights = model.nodes.slice(0, 2).map((node) => node.inputs[1]);
    expect(new Set(weights).size).toBe(2);
  });
});

describe('constants', () => {
  it('nodes become initializers', async () => {
    const [model, report] = await clean('constants');
    expect(report.constants).toBe(5);
    expect(operators(model)).not.toContain('Constant');
  });

  it('a constant that is an output stays a node', async () => {
    const [model] = await clean('constant-output');
    expect(operators(model)).toEqual(['Relu', 'Constant']);
  });

  it('expressions become values', async () => {
    const [model, report] = await clean('expressions');
    expect(report.foldedConstants).toHaveLength(4);
    // The addition of one constant per channel is folded in turn.
    expect(operators(model)).toEqual(['Conv']);
  });

  it('expressions stay where nothing computes them', async () => {
    const model = await openFixture('clean/expressions.onnx');
    const report = await cleanModel(model);
    expect(report).toMatchObject({ foldedConstants: [], warnings: [] });
    expect(operators(model)).toContain('Transpose');
  });

  it('expressions stay, with a warning, where computing them fails', async () => {
    const model = await openFixture('clean/expressions.onnx');
    const feeds = randomFeeds(model);
    const expected = await run(model, feeds);
    const report = await cleanModel(model, { evaluate: () => Promise.reject(new Error('out of order')) });
    expect(report.warnings).toEqual(['constant expressions were not folded: out of order']);
    expect(relativeError(expected, await run(model, feeds))).toBe(0);
  });
});

describe('what hands its input on', () => {
  it('is removed, and outputs keep their names', async () => {
    const [model, report] = await clean('identities');
    expect(report.identities).toHaveLength(5);
    // The one between an input and an output has to stay.
    expect(operators(model)).toEqual(['Conv', 'Relu', 'Identity']);
    expect(model.outputs.map((output) => output.name)).toEqual(['y', 'z']);
  });

  it('stays between two outputs', async () => {
    const [model] = await clean('identity-between-outputs');
    expect(operators(model)).toEqual(['Relu', 'Identity', 'Sigmoid']);
  });

  it('stays where a subgraph reads it', async () => {
    const [model] = await clean('control-flow');
    expect(operators(model)).toEqual(['Identity', 'If']);
    expect([...model.initializers.keys()].sort()).toEqual(['two', 'w']);
  });
});

it('weights leave the list of inputs, and the file format is raised for that', async () => {
  const [model, report] = await clean('conv-bn-ir3');
  expect(report.weightInputs).toBe(5);
  expect(model.graph.inputs.map((input) => input.name)).toEqual(['x']);
  expect(model.irVersion).toBeGreaterThanOrEqual(4);
});

describe('padding with zeros', () => {
  const padded = (pads: bigint[], mode: string, attributes: Record<string, Attribute>): Model =>
    build(
      [
        ['Pad', 'x pads', 'p', { mode: text(mode) }],
        ['Conv', 'p w', 'y', attributes],
      ],
      { inputs: { x: ['n', 4, 6, 6] }, outputs: ['y'], constants: { w: [2, 4, 3, 3], pads } },
    );
  const spatial = [0n, 0n, 1n, 2n, 0n, 0n, 0n, 3n];
  it.each<[string, Model, string[]]>([
    ['goes into the convolution', padded(spatial, 'constant', {}), ['Conv']],
    ['adds to its own', padded(spatial, 'constant', { pads: ints(1, 0, 2, 1) }), ['Conv']],
    ['stays where it crops', padded([0n, 0n, 1n, -1n, 0n, 0n, 0n, 0n], 'constant', {}), ['Pad', 'Conv']],
    ['stays at other axes', padded([1n, 0n, 1n, 0n, 0n, 0n, 0n, 0n], 'constant', {}), ['Pad', 'Conv']],
    ['stays in other modes', padded(spatial, 'edge', {}), ['Pad', 'Conv']],
    ['stays with automatic padding', padded(spatial, 'constant', { auto_pad: text('SAME_UPPER') }), ['Pad', 'Conv']],
  ])('%s', async (_, model, expected) => {
    const feeds = randomFeeds(model);
    const before = await run(model, feeds);
    await cleanModel(model);
    expect(operators(model)).toEqual(expected);
    expect(relativeError(before, await run(model, feeds))).toBeLessThan(1e-6);
  });
});

it('a sum of two becomes an addition', async () => {
  const [model] = await clean('sum');
  expect(operators(model)).toEqual(['Relu', 'Add']);
});
