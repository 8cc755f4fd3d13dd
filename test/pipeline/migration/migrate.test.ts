import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEngine } from '#lib/backends/tensorrt/index.js';
import { openModel, quantizationPoints, scaleFloor, type Model } from '#lib/model/index.js';
import { calibrate } from '#lib/pipeline/calibration/calibrate.js';
import { evaluate } from '#lib/pipeline/evaluation/evaluate.js';
import { migrate } from '#lib/pipeline/migration/migrate.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { convertTable } from '#lib/pipeline/table/convert.js';
import { needsRtx, withoutRtx } from '../../backends/tensorrt/rtx.js';
import { encodeNpy } from '../../data/encode-npy.js';
import { cli } from '../../helpers/cli.js';
import { fixture, repository } from '../../helpers/fixture.js';
import { build, int, ints } from '../../model/build.js';
import { randomNumbers } from '../../model/helpers.js';

const demo = repository('demo/model.onnx');
const samples = {
  data: repository('demo/calibration'),
  preprocess: { pixelFormat: 'gray', preset: 'unit' },
  limit: 20,
} as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-migrate-'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);

/** A scale and its line in a cache. */
const hex = (scale: number): string => {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, scale);
  return view.getUint32(0).toString(16).padStart(8, '0');
};

async function writeCache(name: string, lines: Record<string, number>, header = 'TRT-8601-EntropyCalibration2') {
  const text = [header, ...Object.entries(lines).map(([line, scale]) => `${line}: ${hex(scale)}`), ''].join('\n');
  await writeFile(at(name), text);
  return at(name);
}

async function writeModel(name: string, model: Model): Promise<string> {
  await model.save(at(name));
  return at(name);
}

async function scalesOf(path: string): Promise<Record<string, number | undefined>> {
  const points = await quantizationPoints((await openModel(path)).graph);
  return Object.fromEntries(points.filter((point) => !point.isConstant).map((p) => [p.tensor, p.scales?.[0]]));
}

/** Two convolutions, the second behind a Relu and a Flatten-like rearrangement, then a Gemm. */
const chain = (): Model =>
  build(
    [
      ['Conv', 'x w b', 'c1', { pads: ints(1, 1, 1, 1) }],
      ['Relu', 'c1', 'r1'],
      ['Conv', 'r1 w2 b', 'c2', { pads: ints(1, 1, 1, 1) }],
      ['Relu', 'c2', 'r2'],
      ['Flatten', 'r2', 'f'],
      ['Gemm', 'f g', 'y', { transB: int(1) }],
    ],
    {
      inputs: { x: [1, 4, 4, 4] },
      outputs: ['y'],
      constants: { w: [4, 4, 3, 3], w2: [4, 4, 3, 3], b: [4], g: [16, 64] },
    },
  );

describe('a model migrated with our own cache', () => {
  let cache: string;
  beforeAll(async () => {
    cache = at('demo.cache');
    await calibrate(demo, cache, { ...samples, method: 'entropy' });
  });

  it('has its scales bit for bit, and gives the cache back byte for byte', async () => {
    const output = at('demo.qdq.onnx');
    const result = await migrate(demo, output, { cache });
    expect(result).toMatchObject({ missing: [], unused: [], changed: [], verify: null });
    expect(result.matched).toHaveLength(18);
    expect(result.matches.every(({ rule }) => rule === 'exact')).toBe(true);
    expect(await scalesOf(output)).toEqual(Object.fromEntries(result.matches.map((m) => [m.tensor, m.scale])));
    await convertTable(output, at('back.cache'));
    expect(await readFile(at('back.cache'), 'utf8')).toBe(await readFile(cache, 'utf8'));
  });

  it('computes what one does that was quantized with that cache', async () => {
    const [migrated, direct] = [at('migrated.onnx'), at('direct.onnx')];
    await migrate(demo, migrated, { cache });
    await quantize(demo, direct, { table: cache });
    const { outputs } = await evaluate(direct, migrated, samples);
    expect(outputs['logits']!.maxAbsError).toBe(0);
  });

  it.each([
    ['demo', demo, samples],
    // Concatenations, whose tensors come with scales of their own and leave with one.
    ['second', fixture('networks/second.onnx'), { data: fixture('networks/second-calibration.npy'), limit: 20 }],
  ] as const)(
    'computes what the model does that was quantized along with that cache: %s',
    async (name, model, data) => {
      const [direct, migrated, own] = [at(`${name}.own.onnx`), at(`${name}.migrated.onnx`), at(`${name}.own.cache`)];
      await quantize(model, direct, { ...data, tableOut: own });
      await migrate(model, migrated, { cache: own });
      const { outputs } = await evaluate(direct, migrated, data);
      expect(outputs['logits']!.maxAbsError).toBe(0);
      await convertTable(migrated, at('own.back.cache'));
      expect((await readFile(at('own.back.cache'))).equals(await readFile(own))).toBe(true);
    },
  );

  it('computes what one does that was calibrated and quantized in one go', async () => {
    // Without BatchNorm: folding it into weights changes the last bits of what is calibrated on.
    const model = await writeModel('chain.onnx', chain());
    const next = randomNumbers(3);
    const tensor = { dtype: 'float32', shape: [8, 4, 4, 4], data: Float32Array.from({ length: 512 }, next) } as const;
    await writeFile(at('chain.npy'), encodeNpy(tensor));
    const options = { data: at('chain.npy'), method: 'entropy' } as const;
    await calibrate(model, at('chain.cache'), options);
    await migrate(model, at('chain.migrated.onnx'), { cache: at('chain.cache') });
    await quantize(model, at('chain.direct.onnx'), { ...options, holdout: 0 });
    const { outputs } = await evaluate(at('chain.direct.onnx'), at('chain.migrated.onnx'), { data: at('chain.npy') });
    expect(outputs['y']!.maxAbsError).toBe(0);
  });

  it('in FP16 keeps the cache too, and says which scales were rounded', async () => {
    const output = at('half.onnx');
    const result = await migrate(demo, output, { cache, highPrecision: 'fp16' });
    expect(result.changed).toHaveLength(18);
    expect(result.warnings).toHaveLength(1);
    await convertTable(output, at('half.cache'));
    expect(await readFile(at('half.cache'), 'utf8')).toBe(await readFile(cache, 'utf8'));
  });

  it('is verified on samples', async () => {
    const args = ['--cache', cache, '-o', at('cli.onnx'), '--data', samples.data, '--pixel-format', 'gray'];
    const run = await cli(['migrate', demo, ...args, '--preset', 'unit', '--limit', '10', '--json']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const result = JSON.parse(run.stdout) as {
      verify: { samples: number; outputs: Record<string, { sqnrDb: number }> };
    };
    expect(result.verify.samples).toBe(10);
    expect(result.verify.outputs['logits']!.sqnrDb).toBeGreaterThan(20);
  });

  it.skipIf(withoutRtx)(`is built by the real TensorRT-RTX${needsRtx}`, async () => {
    await migrate(demo, at('built.onnx'), { cache });
    const shape = [1, 1, 32, 32];
    const profiles = [{ input: { min: shape, opt: shape, max: shape } }];
    const { plan } = await buildEngine(at('built.onnx'), { targets: ['sm89'], profiles });
    expect(plan.byteLength).toBeGreaterThan(0);
  });
});

describe('names that are not the model’s', () => {
  const whole = { x: 0.5, c1: 0.25, r1: 0.125, c2: 0.0625, r2: 0.03125, f: 0.03125, y: 1 };

  it('without a scale leave their readers in float, and are listed', async () => {
    const model = await writeModel('chain.onnx', chain());
    const cache = await writeCache('partial.cache', { x: 0.5, r2: 0.25, gone: 1 });
    const result = await migrate(model, at('partial.onnx'), { cache });
    expect(result).toMatchObject({ missing: ['r1'], unused: ['gone'], withoutQdq: [] });
    expect(result.left).toEqual([{ tensor: 'r1', nodes: ['c2'], reason: expect.stringContaining('float') as string }]);
    expect(result.quantized).not.toContain('c2');
    expect(await scalesOf(at('partial.onnx'))).toEqual({ x: 0.5, f: 0.25 });
  });

  it('take the line of a tensor of the same values, or of the nodes that were fused, and say so', async () => {
    const model = await writeModel('chain.onnx', chain());
    const cache = await writeCache('fused.cache', { x: 0.5, 'c1 + r1_out_tensor': 0.25, r2: 0.125 });
    const result = await migrate(model, at('fused.onnx'), { cache });
    expect(result.matches).toEqual([
      { line: 'x', tensor: 'x', rule: 'exact', scale: 0.5 },
      { line: 'c1 + r1_out_tensor', tensor: 'r1', rule: 'fused', scale: 0.25 },
      { line: 'r2', tensor: 'f', rule: 'same-values', scale: 0.125 },
    ]);
    await convertTable(at('fused.onnx'), at('fused.back.cache'));
    expect(await readFile(at('fused.back.cache'), 'utf8')).toBe(await readFile(cache, 'utf8'));
  });

  it('never take the line of a chain that something else reads from', async () => {
    const forked = build(
      [
        ['Conv', 'x w', 'c1'],
        ['Relu', 'c1', 'r1'],
        ['Sigmoid', 'c1', 's'],
        ['Conv', 'r1 w2', 'y'],
      ],
      { inputs: { x: [1, 4, 4, 4] }, outputs: ['y', 's'], constants: { w: [4, 4, 1, 1], w2: [4, 4, 1, 1] } },
    );
    const model = await writeModel('forked.onnx', forked);
    const cache = await writeCache('forked.cache', { x: 0.5, 'c1 + r1': 0.25 });
    expect(await migrate(model, at('forked.qdq.onnx'), { cache })).toMatchObject({
      missing: ['r1'],
      unused: ['c1 + r1'],
    });
  });

  it('by position are suggested and not taken, until they are mapped', async () => {
    const model = await writeModel('chain.onnx', chain());
    const lines = {
      x: 0.5,
      '(Unnamed Layer* 1) [Activation]_output': 0.25,
      '(Unnamed Layer* 3) [Activation]_output': 0.125,
      '(Unnamed Layer* 8) [Constant]_output': 1,
    };
    const cache = await writeCache('unnamed.cache', lines);
    const guarded = await migrate(model, at('unnamed.onnx'), { cache });
    expect(guarded.missing).toEqual(['r1', 'f']);
    expect(guarded.unusedLines.map(({ line, suggestion }) => [line, suggestion])).toEqual([
      ['(Unnamed Layer* 1) [Activation]_output', 'r1'],
      ['(Unnamed Layer* 3) [Activation]_output', undefined],
      ['(Unnamed Layer* 8) [Constant]_output', undefined],
    ]);
    const map = ['(Unnamed Layer* 1) [Activation]_output=r1', '(Unnamed Layer* 3) [Activation]_output=f'];
    const mapped = await migrate(model, at('mapped.onnx'), { cache, map });
    expect(mapped).toMatchObject({ missing: [], unused: ['(Unnamed Layer* 8) [Constant]_output'] });
    expect(await scalesOf(at('mapped.onnx'))).toEqual({ x: 0.5, r1: 0.25, f: 0.125 });
    await convertTable(at('mapped.onnx'), at('mapped.cache'));
    expect(await readFile(at('mapped.cache'), 'utf8')).toBe(await readFile(cache, 'utf8'));
  });

  it('with colons and equals signs are mapped from the command line and from a file', async () => {
    const model = await writeModel('chain.onnx', chain());
    const cache = await writeCache('odd.cache', { ...whole, 'a=b: c': 0.75, other: 0.875 });
    await writeFile(at('map.json'), JSON.stringify({ other: 'x' }));
    const names = ['--map', 'a=b: c=r1', '--map-file', at('map.json')];
    const run = await cli(['migrate', model, '--cache', cache, '-o', at('odd.onnx'), ...names, '--quiet']);
    expect(run.status).toBe(0);
    expect(await scalesOf(at('odd.onnx'))).toEqual({ x: 0.875, r1: 0.75, f: 0.03125 });
    expect(run.stdout).toMatch(/a=b: c +r1 +mapped/);
  });

  it.each([
    [['--map', 'nothing=x'], /cache has no line "nothing"/],
    [['--map', 'c1=nowhere'], /model has no tensor "nowhere"/],
    [['--map', 'c1'], /LINE=TENSOR/],
    [['--map', 'c1=x', '--map', 'c2=x'], /both stand for "x"/],
    [['--map-file', 'nowhere.json'], /--map-file/],
  ])('%j is a wrong mapping', async (args, message) => {
    const model = await writeModel('chain.onnx', chain());
    const cache = await writeCache('whole.cache', whole);
    const run = await cli(['migrate', model, '--cache', cache, '-o', at('none.onnx'), ...args]);
    expect(run).toMatchObject({ status: 2, stderr: expect.stringMatching(message) as string });
  });
});

describe('scales that Q/DQ cannot have', () => {
  it('of a concatenation become the widest, of dead tensors the least, and come back as they were', async () => {
    const joined = build(
      [
        ['Conv', 'x w', 'a'],
        ['Relu', 'a', 'ra'],
        ['Conv', 'x w2', 'b'],
        ['Relu', 'b', 'rb'],
        ['Concat', 'ra rb', 'j', { axis: int(1) }],
        ['Conv', 'j w3', 'c'],
        ['Relu', 'c', 'rc'],
        ['Conv', 'rc w4', 'y'],
      ],
      {
        inputs: { x: [1, 4, 4, 4] },
        outputs: ['y'],
        constants: { w: [4, 4, 1, 1], w2: [4, 4, 1, 1], w3: [4, 8, 1, 1], w4: [4, 4, 1, 1] },
      },
    );
    const model = await writeModel('joined.onnx', joined);
    const cache = await writeCache('joined.cache', { rb: 0.5, ra: 0.25, j: 0.375, x: 0.125, rc: 0 });
    const result = await migrate(model, at('joined.qdq.onnx'), { cache });
    expect(await scalesOf(at('joined.qdq.onnx'))).toEqual({ x: 0.125, ra: 0.5, rb: 0.5, j: 0.5, rc: scaleFloor });
    expect(result.changed.map(({ tensor, scale, written }) => [tensor, scale, written]).sort()).toEqual([
      ['j', 0.375, 0.5],
      ['ra', 0.25, 0.5],
      ['rc', 0, scaleFloor],
    ]);
    await convertTable(at('joined.qdq.onnx'), at('joined.back.cache'));
    expect(await readFile(at('joined.back.cache'), 'utf8')).toBe(await readFile(cache, 'utf8'));
  });

  it('that were edited in the model win over the cache', async () => {
    const model = await writeModel('chain.onnx', chain());
    const cache = await writeCache('edited.cache', { y: 1, x: 0.5, r1: 0.25, r2: 0.125 });
    await migrate(model, at('edited.onnx'), { cache });
    const edited = await openModel(at('edited.onnx'));
    const { Initializer } = await import('#lib/model/index.js');
    const data = Float32Array.of(0.75);
    edited.graph.setInitializer(Initializer.create('x_scale', { dtype: 'float32', shape: [], data }));
    await edited.save(at('edited.onnx'));
    await convertTable(at('edited.onnx'), at('edited.back.cache'));
    const text = await readFile(at('edited.back.cache'), 'utf8');
    expect(text).toBe((await readFile(cache, 'utf8')).replace(hex(0.5), hex(0.75)));
  });
});

describe('what cannot be migrated', () => {
  it('is one error: a table of ours, a cache of another model, a model without Q/DQ', async () => {
    const model = await writeModel('chain.onnx', chain());
    await calibrate(demo, at('ours.json'), samples);
    await expect(migrate(model, at('no.onnx'), { cache: at('ours.json') })).rejects.toMatchObject({
      code: 'ERR_TABLE_INVALID',
      message: expect.stringContaining('TRT-') as string,
    });
    const foreign = await writeCache('foreign.cache', { p: 1, q: 2 });
    await expect(migrate(model, at('no.onnx'), { cache: foreign })).rejects.toMatchObject({
      code: 'ERR_TABLE_MISMATCH',
    });
    await expect(migrate(model, at('no.onnx'), { cache: await writeCache('bare.cache', {}) })).rejects.toMatchObject({
      code: 'ERR_TABLE_MISMATCH',
      message: expect.stringContaining('it has no line but the header') as string,
    });
    await expect(migrate(fixture('tiny-cnn-qdq.onnx'), at('no.onnx'), { cache: foreign })).rejects.toMatchObject({
      code: 'ERR_MODEL_UNSUPPORTED',
      message: expect.stringContaining('QuantizeLinear nodes already') as string,
    });
    await expect(convertTable(model, at('no.cache'))).rejects.toMatchObject({ code: 'ERR_TABLE_INVALID' });
    await expect(readFile(at('no.onnx'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
