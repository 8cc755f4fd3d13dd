import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildEngine } from '#lib/backends/tensorrt/index.js';
import {
  castModel,
  cleanModel,
  insertQdq,
  lintModel,
  openModel,
  placeQdq,
  type InsertOptions,
  type Model,
  type PlacementOptions,
} from '#lib/model/index.js';
import { needsRtx, withoutRtx } from '../../backends/tensorrt/rtx.js';
import { fixture, repository } from '../../helpers/fixture.js';
import { build, int, ints } from '../build.js';
import { evaluate } from '../helpers.js';

/** One block of attention and its two-layer perceptron, with both shortcuts. */
const transformer = (): Model =>
  build(
    [
      ['LayerNormalization', 'x g b', 'n'],
      ['MatMul', 'n wq', 'q'],
      ['MatMul', 'n wk', 'k'],
      ['MatMul', 'n wv', 'v'],
      ['Transpose', 'k', 'kt', { perm: ints(0, 2, 1) }],
      ['MatMul', 'q kt', 'scores'],
      ['Softmax', 'scores', 'p', { axis: int(-1) }],
      ['MatMul', 'p v', 'mixed'],
      ['MatMul', 'mixed wo', 'o'],
      ['Add', 'o x', 'r'],
      ['LayerNormalization', 'r g b', 'm'],
      ['MatMul', 'm w1', 'h'],
      ['Add', 'h b1', 'hb'],
      ['Relu', 'hb', 'a'],
      ['MatMul', 'a w2', 'f'],
      ['Add', 'f r', 'y'],
    ],
    {
      inputs: { x: [1, 32, 32] },
      outputs: ['y'],
      opset: 17,
      constants: {
        g: [32],
        b: [32],
        b1: [64],
        wq: [32, 32],
        wk: [32, 32],
        wv: [32, 32],
        wo: [32, 32],
        w1: [32, 64],
        w2: [64, 32],
      },
    },
  );

const networks: Record<string, () => Promise<Model>> = {
  demo: () => openModel(repository('demo/model.onnx')),
  second: () => openModel(fixture('networks/second.onnx')),
  // Some of its channels are so small that their scales have no place in FP16.
  depthwise: () => openModel(fixture('networks/depthwise.onnx')),
  transformer: () => Promise.resolve(transformer()),
};

interface Options extends Partial<PlacementOptions>, InsertOptions {
  readonly half?: boolean;
}

const options: Record<string, Options> = {
  'by default': {},
  'with float weights in Q/DQ': { weightStorage: 'qdq' },
  'per tensor': { weights: 'per-tensor' },
  'a pair for each reader': { dedicated: true },
  'in FP16': { half: true },
  'in FP16 with float weights': { half: true, weightStorage: 'qdq' },
  'convolutions and Gemm alone left out': { exclude: ['*/conv*', '/stem*', 'wq'] },
};

async function made(name: string, { half, ...rest }: Options): Promise<Model> {
  const model = await networks[name]!();
  await cleanModel(model, { evaluate });
  const placement = placeQdq(model, { form: 'tensorrt', ...rest });
  expect(placement.activations.length).toBeGreaterThan(3);
  const ranges = new Map(placement.activations.map(({ tensor }, i) => [tensor, { scale: 0.01 * (i + 1) }]));
  await insertQdq(model, placement, ranges, rest);
  if (half) await castModel(model, { type: 'float16' });
  return model;
}

describe.each(Object.keys(networks))('what calibrt makes of %s is clean', (name) => {
  it.each(Object.keys(options))('%s', async (kind) => {
    expect(await lintModel(await made(name, options[kind]!))).toEqual([]);
  });
});

describe('weights behind a Cast, their scales being too small for FP16', () => {
  it.skipIf(withoutRtx)(`are of INT8 convolutions to the real TensorRT-RTX${needsRtx}`, async () => {
    const model = await made('depthwise', { half: true });
    const behindCast = model.nodes
      .filter((node) => node.is('Conv'))
      .map(({ inputs }) => model.graph.producer(inputs[1]!));
    const convolutions = behindCast.length;
    const casts = behindCast.filter((node) => node?.is('Cast')).length;
    expect(casts).toBeGreaterThan(0);

    const folder = await mkdtemp(join(tmpdir(), 'calibrt-lint-'));
    const shape = [1, 1, 32, 32];
    const profiles = [{ input: { min: shape, opt: shape, max: shape } }];
    const log: string[] = [];
    try {
      await model.save(join(folder, 'half.onnx'));
      const onLog = (_: string, message: string): number => log.push(message);
      await buildEngine(join(folder, 'half.onnx'), { flavour: 'rtx', targets: ['sm89'], profiles, onLog });
    } finally {
      await rm(folder, { recursive: true });
    }
    // Said once for each convolution that computes in INT8; those of FP32 already need none.
    const converted = (what: string): number =>
      log.filter((line) => line.includes(`conv ${what} scales to fp32`)).length;
    expect(converted('activation')).toBe(convolutions);
    expect(converted('weight')).toBe(convolutions - casts);
  });
});
