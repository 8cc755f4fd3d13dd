import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildEngine } from '#lib/backends/tensorrt/index.js';
import type { DataType, TensorData } from '#lib/data/tensor.js';
import { GraphNode, Initializer, fixModel, lintModel, lintRules, openModel, type Model } from '#lib/model/index.js';
import { needsRtx, withoutRtx } from '../../backends/tensorrt/rtx.js';
import { repository } from '../../helpers/fixture.js';
import { build, int, ints } from '../build.js';
import { randomFeeds, relativeError, run } from '../helpers.js';

/** Each of these faults is planted into ModelOpt's model, which is clean. */
let clean: Model;
beforeAll(async () => {
  clean = await openModel(fileURLToPath(new URL('models/modelopt-int8.onnx', import.meta.url)));
});

function set(model: Model, name: string, dtype: DataType, shape: readonly number[], data: TensorData): void {
  model.graph.setInitializer(Initializer.create(name, { dtype, shape, data }));
}

function node(model: Model, name: string): GraphNode {
  return model.nodes.find((candidate) => candidate.name === name || candidate.outputs[0] === name)!;
}

/** Puts a Q/DQ pair behind a tensor, for the given reader or all of them. */
function insertPair(model: Model, tensor: string, reader?: string, scale = 0.05): void {
  const { graph } = model;
  const name = graph.uniqueName(`${tensor}_pair`);
  set(model, `${name}_scale`, 'float32', [], Float32Array.of(scale));
  set(model, `${name}_zero`, 'int8', [], Int8Array.of(0));
  const parameters = [`${name}_scale`, `${name}_zero`];
  const readers = graph.consumers(tensor).filter((other) => reader === undefined || other.name === reader);
  const pair = (['QuantizeLinear', 'DequantizeLinear'] as const).map((opType, index) => {
    const data = index === 0 ? tensor : `${name}_q`;
    const output = index === 0 ? `${name}_q` : `${name}_dq`;
    return GraphNode.create({ opType, name: `${name}_${opType}`, inputs: [data, ...parameters], outputs: [output] });
  });
  graph.insertNodes(new Map([[readers[0], pair]]));
  for (const other of readers) {
    other.setInputs(other.inputs.map((input) => (input === tensor ? `${name}_dq` : input)));
  }
}

const imageZero = 'image_zero_point';

/** By rule: how to break it, and the node that the finding is to name. */
const faults: Record<string, { plant: (model: Model) => void; at: string }> = {
  'zero-point': {
    plant: (model) => set(model, imageZero, 'int8', [], Int8Array.of(3)),
    at: 'image_QuantizeLinear',
  },
  uint8: {
    plant: (model) => set(model, imageZero, 'uint8', [], Uint8Array.of(128)),
    at: 'image_QuantizeLinear',
  },
  'int32-bias': {
    plant(model) {
      set(
        model,
        'bias_q',
        'int32',
        [16],
        Int32Array.from({ length: 16 }, (_, i) => i * 100),
      );
      set(model, 'bias_scale', 'float32', [], Float32Array.of(0.001));
      const spec = { opType: 'DequantizeLinear', name: 'bias_dq', inputs: ['bias_q', 'bias_scale'], outputs: ['bias'] };
      model.graph.insertNodes(new Map([[node(model, 'stem'), [GraphNode.create(spec)]]]));
      node(model, 'stem').setInput(2, 'bias');
    },
    at: 'bias_dq',
  },
  domain: {
    plant(model) {
      const { name, opType, inputs, outputs } = node(model, 'image_QuantizeLinear');
      const foreign = GraphNode.create({ opType, name, inputs, outputs, domain: 'com.microsoft' });
      const old = node(model, name);
      model.graph.insertNodes(new Map([[old, [foreign]]]));
      model.graph.removeNodes(new Set([old]));
      foreign.setOutputs(outputs);
    },
    at: 'image_QuantizeLinear',
  },
  'quantized-type': {
    plant: (model) => set(model, imageZero, 'int16', [], Int16Array.of(0)),
    at: 'image_QuantizeLinear',
  },
  scale: {
    plant: (model) => set(model, 'image_scale', 'float32', [], Float32Array.of(Infinity)),
    at: 'image_QuantizeLinear',
  },
  'computed-scale': {
    plant(model) {
      const spec = { opType: 'Abs', name: 'measure', inputs: ['image_scale'], outputs: ['measured'] };
      const quantizer = node(model, 'image_QuantizeLinear');
      model.graph.insertNodes(new Map([[quantizer, [GraphNode.create(spec)]]]));
      quantizer.setInput(1, 'measured');
    },
    at: 'image_QuantizeLinear',
  },
  'scale-type': {
    plant: (model) => set(model, 'image_scale', 'float16', [], Uint16Array.of(0x2c00)),
    at: 'image_QuantizeLinear',
  },
  opset: {
    plant(model) {
      model.opset = 12;
    },
    at: 'inner.w_QuantizeLinear',
  },
  'per-channel-activation': {
    plant(model) {
      set(model, 'image_scale', 'float32', [3], Float32Array.of(0.1, 0.2, 0.3));
      set(model, imageZero, 'int8', [3], new Int8Array(3));
    },
    at: 'image_QuantizeLinear',
  },
  'weight-axis': {
    plant: (model) =>
      ['inner.w_QuantizeLinear', 'inner.w_DequantizeLinear'].forEach((name) =>
        node(model, name).setAttribute('axis', int(1)),
      ),
    at: 'inner.w_DequantizeLinear',
  },
  'weighted-output': { plant: (model) => insertPair(model, 'stem'), at: 'stem_pair_QuantizeLinear' },
  'residual-add': { plant: (model) => insertPair(model, 'outer'), at: 'add' },
  'concat-scales': {
    plant(model) {
      insertPair(model, 'left_relu', undefined, 0.05);
      insertPair(model, 'right_relu', undefined, 0.03);
    },
    at: 'both',
  },
  'half-quantized': {
    plant: (model) => node(model, 'inner').setInput(1, 'inner.w'),
    at: 'inner',
  },
  requantized: {
    plant: (model) => insertPair(model, 'image_DequantizeLinear_Output', undefined, 0.07),
    at: 'image_DequantizeLinear_Output_pair_QuantizeLinear',
  },
  'unequal-pair': {
    plant(model) {
      set(model, 'other_scale', 'float32', [], Float32Array.of(0.5));
      node(model, 'image_DequantizeLinear').setInput(1, 'other_scale');
    },
    at: 'image_DequantizeLinear',
  },
  'clipped-weights': {
    plant: (model) => set(model, 'stem.w_scale', 'float32', [16], new Float32Array(16).fill(1e-3)),
    at: 'stem.w_QuantizeLinear',
  },
  'integer-operator': {
    plant(model) {
      const outputs = ['u', 'us', 'uz'];
      const spec = { opType: 'DynamicQuantizeLinear', name: 'dynamic', inputs: ['image'], outputs };
      model.graph.insertNodes(new Map([[undefined, [GraphNode.create(spec)]]]));
    },
    at: 'dynamic',
  },
};

/** Faults that ModelOpt's network has no place for: small graphs of their own. */
const others: Record<string, { model: () => Model; at: string }> = {
  'scalar-input': {
    model: () => {
      const model = build([['Mul', 'x s', 'y']], {
        inputs: { x: [1, 4], s: [] },
        outputs: ['y'],
      });
      insertPair(model, 's');
      insertPair(model, 'x');
      return model;
    },
    at: 's_pair_QuantizeLinear',
  },
  'pad-before-conv': {
    model: () => {
      const model = build(
        [
          ['Pad', 'x p', 'padded'],
          ['Conv', 'padded w', 'y'],
        ],
        {
          inputs: { x: [1, 4, 6, 6] },
          outputs: ['y'],
          constants: { w: [4, 4, 3, 3], p: [0n, 0n, 1n, 1n, 0n, 0n, 1n, 1n] },
        },
      );
      insertPair(model, 'w');
      insertPair(model, 'padded');
      return model;
    },
    at: 'padded_pair_QuantizeLinear',
  },
  'idle-pair': {
    model: () => {
      const model = build([['Sigmoid', 'x', 'y']], { inputs: { x: [1, 4] }, outputs: ['y'] });
      insertPair(model, 'x');
      return model;
    },
    at: 'x_pair_QuantizeLinear',
  },
  'grouped-deconvolution': {
    model: () => {
      const model = build([['ConvTranspose', 'x w', 'y', { group: int(2), strides: ints(2, 2) }]], {
        inputs: { x: [1, 4, 6, 6] },
        outputs: ['y'],
        constants: { w: [4, 2, 2, 2] },
      });
      insertPair(model, 'w');
      insertPair(model, 'x');
      return model;
    },
    at: 'y',
  },
};

const rules = [...Object.keys(faults), ...Object.keys(others)];

async function planted(rule: string): Promise<{ model: Model; at: string }> {
  const { plant, at } = faults[rule] ?? {};
  if (plant === undefined) return { model: others[rule]!.model(), at: others[rule]!.at };
  const model = clean.clone();
  plant(model);
  return Promise.resolve({ model, at: at! });
}

describe('every rule', () => {
  it('has a fault here', () => {
    expect([...rules].sort()).toEqual(lintRules.map(({ name }) => name).sort());
  });

  it.each(rules)('%s is found where it is broken, and no other', async (rule) => {
    const { model, at } = await planted(rule);
    const findings = await lintModel(model);
    expect([...new Set(findings.map((finding) => finding.rule))]).toEqual([rule]);
    expect(findings.map((finding) => finding.node)).toContain(at);
  });

  it('is in the documentation, word for word', () => {
    const page = readFileSync(repository('docs/lint.md'), 'utf8').replace(/ +/g, ' ');
    for (const { name, severity, asks, consequence, remedy } of lintRules) {
      expect(page).toContain(
        `| \`${name}\` | ${severity} | ${asks} | ${consequence} | ${remedy ?? ''} |`.replace(/ +/g, ' '),
      );
    }
  });
});

describe.skipIf(withoutRtx)(`what docs/lint.md says that TensorRT-RTX takes all the same${needsRtx}`, () => {
  const page = readFileSync(repository('docs/lint.md'), 'utf8');
  const section = page.slice(page.indexOf('### What TensorRT-RTX takes all the same'), page.indexOf('## What `--fix`'));

  async function built(model: Model): Promise<readonly string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'calibrt-lint-'));
    try {
      await model.save(join(folder, 'model.onnx'));
      return (await buildEngine(join(folder, 'model.onnx'), { backend: 'tensorrt-rtx', targets: ['sm86'] })).warnings;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it.each(['computed-scale', 'per-channel-activation', 'scale'])('it takes, of %s', async (rule) => {
    expect(section).toContain(`\`${rule}\``);
    await built((await planted(rule)).model);
  });

  it('it takes, of uint8 with zero point 0, as INT8', async () => {
    expect(section).toContain('`uint8`');
    const model = clean.clone();
    set(model, imageZero, 'uint8', [], Uint8Array.of(0));
    expect((await built(model)).join()).toContain('Defaulting to INT8');
    await expect(built((await planted('uint8')).model)).rejects.toThrow('Non-zero zero point');
  });
});

describe('every remedy', () => {
  const fixable = lintRules.filter((rule) => rule.fix !== undefined).map(({ name }) => name);

  it('is described, and no other', () => {
    expect(lintRules.filter((rule) => rule.remedy !== undefined).map(({ name }) => name)).toEqual(fixable);
  });

  // What cannot run before it is fixed is compared with the clean model: it then is that again.
  const unfit = new Set(['opset', 'domain']);

  it.each(fixable)('of %s leaves a clean model that computes the same within its rounding', async (rule) => {
    const { model } = await planted(rule);
    const before = unfit.has(rule) ? clean : model.clone();
    const fixed = await fixModel(model);
    expect(fixed.map((entry) => entry.rule)).toContain(rule);
    expect(await lintModel(model)).toEqual([]);
    const feeds = randomFeeds(before);
    const exact = ['uint8', 'int32-bias', 'pad-before-conv', 'opset', 'domain'].includes(rule);
    expect(relativeError(await run(before, feeds), await run(model, feeds))).toBeLessThanOrEqual(exact ? 0 : 0.05);
  });
});

describe('a shortcut', () => {
  it('without its Q takes that of another reader of the same tensor', async () => {
    const model = clean.clone();
    node(model, 'add').setInput(1, 'stem_relu');
    expect(await lintModel(model)).toMatchObject([{ node: 'add', rule: 'residual-add' }]);
    const feeds = randomFeeds(model);
    await fixModel(model);
    expect(await lintModel(model)).toEqual([]);
    expect(relativeError(await run(clean, feeds), await run(model, feeds))).toBe(0);
  });

  it('without a Q anywhere is told of, and left as it is', async () => {
    const model = clean.clone();
    node(model, 'add').setInput(1, 'stem_relu');
    for (const reader of model.graph.consumers('stem_relu_DequantizeLinear_Output')) {
      reader.setInputs(
        reader.inputs.map((name) => (name === 'stem_relu_DequantizeLinear_Output' ? 'stem_relu' : name)),
      );
    }
    const pair = ['stem_relu_DequantizeLinear', 'stem_relu_QuantizeLinear'].map((name) => node(model, name));
    model.graph.removeNodes(new Set(pair));
    const before = await lintModel(model);
    expect(before.map(({ rule }) => rule)).toContain('residual-add');
    expect(await fixModel(model)).toEqual([]);
    expect(await lintModel(model)).toEqual(before);
  });

  it('of the branch that was quantized in its place is told of', async () => {
    const model = clean.clone();
    node(model, 'add').setInput(1, 'stem_relu');
    insertPair(model, 'outer');
    const [finding] = (await lintModel(model)).filter(({ rule }) => rule === 'residual-add');
    expect(finding!.message).toContain("only the convolution's branch");
  });
});

it('scales of a pair along two axes are no pair', async () => {
  const model = clean.clone();
  node(model, 'inner.w_QuantizeLinear').setAttribute('axis', int(1));
  expect((await lintModel(model)).map(({ rule }) => rule)).toEqual(['unequal-pair']);
});

it.each(['image_DequantizeLinear', 'inner.w_DequantizeLinear'])(
  'a zero point of %s alone is an error, as that of its Q is',
  async (at) => {
    const model = clean.clone();
    const { dims } = model.graph.initializers.get(node(model, at).inputs[1]!)!;
    set(model, 'shifted', 'int8', dims, new Int8Array(dims[0] ?? 1).fill(3));
    node(model, at).setInput(2, 'shifted');
    const errors = (await lintModel(model)).filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([
      { node: at, rule: 'zero-point', message: expect.stringContaining('has the zero point 3:') as string },
    ]);
  },
);

it('a scale per channel along the output features of a transposed weight is right', async () => {
  const model = build(
    [
      ['Transpose', 'w', 't', { perm: ints(1, 0) }],
      ['MatMul', 'x t', 'y'],
    ],
    { inputs: { x: [4, 8] }, outputs: ['y'], constants: { w: [16, 8] } },
  );
  insertPair(model, 'w');
  insertPair(model, 'x');
  const rescale = (axis: number, count: number): void => {
    for (const opType of ['QuantizeLinear', 'DequantizeLinear']) {
      node(model, `w_pair_${opType}`).setAttribute('axis', int(axis));
    }
    set(model, 'w_pair_scale', 'float32', [count], new Float32Array(count).fill(0.01));
    set(model, 'w_pair_zero', 'int8', [count], new Int8Array(count));
  };
  rescale(0, 16);
  expect(await lintModel(model)).toEqual([]);
  rescale(1, 8);
  expect((await lintModel(model)).map(({ rule }) => rule)).toEqual(['weight-axis']);
  rescale(1, 7);
  expect((await lintModel(model))[0]!.message).toContain('7 scales');
});

it.each([4, -5])('a scale per channel along axis %i of four is told of as it is written', async (axis) => {
  const model = clean.clone();
  for (const opType of ['QuantizeLinear', 'DequantizeLinear']) {
    node(model, `inner.w_${opType}`).setAttribute('axis', int(axis));
  }
  expect((await lintModel(model)).filter(({ severity }) => severity === 'error')).toMatchObject([
    {
      rule: 'weight-axis',
      node: 'inner.w_DequantizeLinear',
      message: expect.stringContaining(`axis ${axis};`) as string,
    },
  ]);
});

it('a Q/DQ pair without any scale has no scale', async () => {
  const model = clean.clone();
  set(model, 'image_scale', 'float32', [0], new Float32Array(0));
  expect((await lintModel(model)).map(({ rule, node: at }) => [rule, at])).toEqual([
    ['scale', 'image_QuantizeLinear'],
    ['scale', 'image_DequantizeLinear'],
  ]);
});
