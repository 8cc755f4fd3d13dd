import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEngine, loadEngine, type BuildOptions, type Engine } from '#lib/backends/tensorrt/index.js';
import { fixture } from '../backends/tensorrt/rtx.js';
import { cli } from '../helpers/cli.js';
import { double, doubleEnvironment, readRecord, recorded, useDouble, withoutBridge } from '../support/double.js';
import { cast, fold, folded, nonZero, row } from './networks.js';

describe.each(['10', '11'] as const)('the double of TensorRT %s', (flavour) => {
  const without = withoutBridge(flavour);
  describe.skipIf(without !== '')(`runs engines${without}`, () => behaviour(flavour));
});

const upTo4 = { x: { min: [1, 3], opt: [2, 3], max: [4, 3] } };

function behaviour(flavour: '10' | '11'): void {
  const plan = async (model: Uint8Array | string, options: BuildOptions = {}): Promise<Uint8Array> => {
    useDouble({ flavour });
    return (await buildEngine(model, { flavour, ...options })).plan;
  };
  /** Builds `model`, loads it and lets `action` run it, with a record of the calls after the build. */
  const run = async <Result>(
    model: Uint8Array | string,
    options: BuildOptions,
    action: (engine: Engine) => Promise<Result>,
  ) => {
    const bytes = await plan(model, options);
    return recorded({ flavour }, async () => {
      await using engine = await loadEngine(bytes);
      return await action(engine);
    });
  };

  it('describes an engine, infers, and frees context, engine and runtime in that order', async () => {
    const x = row(1, -2, 3);
    const { result, error, calls } = await run(fold(1), {}, async (engine) => {
      expect(engine.tensors).toMatchObject([
        { name: 'x', mode: 'input', dtype: 'float32', shape: [1, 3] },
        { name: 'y', mode: 'output', dtype: 'float32', shape: [1, 3] },
      ]);
      expect(engine).toMatchObject({ layers: 2, profiles: 1, profilingVerbosity: 'layer_names_only' });
      await using context = await engine.createContext();
      return await context.infer({ x });
    });
    expect(error).toBeUndefined();
    expect(result?.['y']).toEqual({ dtype: 'float32', shape: [1, 3], data: Float32Array.of(2, -2, 6) });
    const names = calls.map(({ call }) => call);
    for (const problem of ['refused', 'noContext', 'hostMemory', 'crash']) expect(names).not.toContain(problem);
    const order = ['destroyContext', 'destroyEngine', 'destroyRuntime'];
    expect(names.filter((name) => order.includes(name))).toEqual(order);
  });

  it('answers calls that do not wait for each other in their order, shapes changing between them', async () => {
    const feeds = Array.from({ length: 40 }, (_, i) =>
      row(...Array.from({ length: 3 * (1 + (i % 4)) }, (_, k) => k - i / 8)),
    );
    const { result } = await run(fold(), { profiles: [upTo4] }, async (engine) => {
      await using context = await engine.createContext();
      const order: number[] = [];
      const outputs = await Promise.all(
        feeds.map(async (x, i) => {
          const output = await context.infer({ x });
          order.push(i);
          return output['y']!;
        }),
      );
      return { order, outputs };
    });
    expect(result?.order).toEqual(feeds.map((_, i) => i));
    expect(result?.outputs.map(({ shape }) => shape)).toEqual(feeds.map(({ shape }) => shape));
    expect(result?.outputs.map(({ data }) => [...(data as Float32Array)])).toEqual(feeds.map(folded));
  });

  it('runs contexts beside each other, each on its own profile', async () => {
    const profiles = [upTo4, { x: { min: [8, 3], opt: [8, 3], max: [8, 3] } }];
    const { result } = await run(fold(), { profiles }, async (engine) => {
      const contexts = await Promise.all([0, 1, 0].map((profile) => engine.createContext({ profile })));
      const small = row(1, 2, 3);
      const large = row(...Array.from({ length: 24 }, (_, i) => i - 12));
      await expect(contexts[1]!.infer({ x: small })).rejects.toMatchObject({ code: 'ERR_DATA_SHAPE' });
      const outputs = await Promise.all(contexts.map((context, i) => context.infer({ x: i === 1 ? large : small })));
      return outputs.map((output) => [...(output['y']!.data as Float32Array)]);
    });
    expect(result?.map(({ length }) => length)).toEqual([3, 24, 3]);
    expect(result?.[0]).toEqual([2, 4, 6]);
    expect(result?.[1]?.slice(10, 15)).toEqual([-2, -1, 0, 2, 4]);
  });

  it('gives outputs whose size only their values tell', async () => {
    const { result, error, calls } = await run(nonZero(), {}, async (engine) => {
      await using context = await engine.createContext();
      const infer = async (...values: number[]) =>
        (await context.infer({ x: { dtype: 'float32', shape: [2, 4], data: Float32Array.from(values) } }))['y'];
      return [await infer(0, 1, 0, 0, 5, 0, 0, 6), await infer(0, 0, 0, 0, 0, 0, 0, 0)];
    });
    expect(error).toBeUndefined();
    expect(result?.[0]).toEqual({ dtype: 'int64', shape: [2, 3], data: BigInt64Array.of(0n, 1n, 1n, 1n, 0n, 3n) });
    expect(result?.[1]).toEqual({ dtype: 'int64', shape: [2, 0], data: new BigInt64Array(0) });
    expect(calls.some(({ call }) => call === 'reallocateOutputAsync')).toBe(true);
  });

  it('gives half precision as its bits', async () => {
    const { result } = await run(cast('float32', 'float16', 10), {}, async (engine) => {
      await using context = await engine.createContext();
      return await context.infer({ x: { dtype: 'float32', shape: [4], data: Float32Array.of(1, -2, 65504, 1e-8) } });
    });
    expect(result?.['y']).toEqual({
      dtype: 'float16',
      shape: [4],
      data: Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0),
    });
  });

  it('replays a CUDA graph per shape, with the values of each call', async () => {
    const warnings: string[] = [];
    const feeds = [row(1, 2, 3), row(-4, 5, 6), row(7, -8, 9), row(1, 1, 1, 2, 2, 2), row(3, 3, 3, 4, 4, 4)];
    const { result, calls } = await run(fold(), { profiles: [upTo4] }, async (engine) => {
      await using context = await engine.createContext({ cudaGraph: true, onWarning: (text) => warnings.push(text) });
      const outputs = [];
      for (const x of feeds) outputs.push((await context.infer({ x }))['y']!);
      return outputs.map(({ data }) => [...(data as Float32Array)]);
    });
    expect(result).toEqual(feeds.map(folded));
    expect(warnings).toEqual([]);
    // The first run of a shape, and the capture at its second; the third run is the graph's alone.
    expect(calls.filter(({ call }) => call === 'enqueueV3')).toHaveLength(4);
  });

  it('times layers, and tells of them', async () => {
    const { result } = await run(fold(1), { profilingVerbosity: 'detailed' }, async (engine) => {
      await using context = await engine.createContext({ profileLayers: true });
      await context.infer({ x: row(1, 2, 3) });
      await context.infer({ x: row(1, 2, 3) });
      const inspected = JSON.parse(await engine.inspect()) as { Layers: { Name: string; LayerType: string }[] };
      return { layers: await context.layerTimes(), inspected };
    });
    // The double's own times: half a millisecond more for each layer.
    expect(result?.layers).toMatchObject([
      { name: 'positive', timeMs: 1, medianMs: 0.5 },
      { name: 'y', timeMs: 2, medianMs: 1 },
    ]);
    expect(result?.inspected.Layers.map(({ LayerType }) => LayerType)).toEqual(['Relu', 'Add']);
  });

  it('is timed: queries of every stream, in the order of their start', async () => {
    const { result, error } = await run(fold(), { profiles: [upTo4] }, (engine) =>
      engine.time({ iterations: 5, durationSeconds: 0, warmUpMs: 0, streams: 2, fetchOutputs: true }),
    );
    expect(error).toBeUndefined();
    const { trace, outputs } = result!;
    expect(new Set(trace.stream)).toEqual(new Set([0, 1]));
    expect(trace.stream.length).toBeGreaterThanOrEqual(10);
    for (let i = 0; i < trace.stream.length; i++) {
      const times = [trace.h2dStart, trace.h2dEnd, trace.computeStart, trace.computeEnd, trace.d2hStart, trace.d2hEnd];
      const query = times.map((each) => each[i]!);
      expect(query).toEqual([...query].sort((a, b) => a - b));
      if (i > 0) expect(trace.h2dStart[i]).toBeGreaterThanOrEqual(trace.h2dStart[i - 1]!);
    }
    // OPT of the profile.
    expect(outputs?.['y']?.shape).toEqual([2, 3]);
  });

  it('stops a timing without an end when the signal fires, and gives what was measured', async () => {
    const { result, error } = await run(fold(1), {}, (engine) =>
      engine.time({ durationSeconds: -1, warmUpMs: 0, signal: AbortSignal.timeout(50) }),
    );
    expect(error).toBeUndefined();
    expect(result!.trace.stream.length).toBeGreaterThan(0);
  });

  it('refuses use after disposal, and disposes of contexts with their engine', async () => {
    const bytes = await plan(fold(1));
    const { error, calls } = await recorded({ flavour }, async () => {
      const engine = await loadEngine(bytes);
      const context = await engine.createContext();
      const pending = context.infer({ x: row(1, 2, 3) });
      await engine.dispose();
      // Asked for before: done.
      expect((await pending)['y']!.data).toEqual(Float32Array.of(2, 4, 6));
      await expect(engine.createContext()).rejects.toMatchObject({ code: 'ERR_USAGE' });
      await context.infer({ x: row(1, 2, 3) });
    });
    expect(error).toMatchObject({ code: 'ERR_USAGE' });
    expect(calls.filter(({ call }) => call === 'destroyContext')).toHaveLength(1);
  });

  it('reads a plan from a file, and refuses one that is damaged or of another version', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'calibrt-plan-'));
    try {
      const bytes = await plan(fold(1));
      const file = join(folder, 'fold.plan');
      await writeFile(file, bytes);
      await using engine = await loadEngine(file);
      expect(engine.libraryVersion.split('.')[0]).toBe(flavour);

      await writeFile(file, bytes.subarray(0, bytes.length / 2));
      await expect(loadEngine(file)).rejects.toMatchObject({ code: 'ERR_PLAN_INVALID' });
      const scrambled = Uint8Array.from(bytes).fill(0xff, 40);
      await expect(loadEngine(scrambled)).rejects.toMatchObject({ code: 'ERR_PLAN_INVALID' });

      // A library is asked for its version once per path.
      const library = join(folder, 'lib');
      await symlink(double().root(flavour), library);
      useDouble({ flavour, version: `${flavour}.0.0` });
      const refused = loadEngine(bytes, { library });
      await expect(refused).rejects.toMatchObject({ code: 'ERR_PLAN_INVALID' });
      await expect(refused).rejects.toThrow(/\.0\.0/);
    } finally {
      useDouble({ flavour });
      await rm(folder, { recursive: true, force: true });
    }
  });

  describe('trtexec --loadEngine', () => {
    let folder: string;
    let load: string[];
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'calibrt-trtexec-'));
      const file = join(folder, 'tiny.plan');
      await writeFile(file, await plan(fixture('tiny-cnn-fp32.onnx')));
      load = ['trtexec', `--loadEngine=${file}`, '--iterations=10', '--duration=0', '--warmUp=0', '--dumpOutput'];
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('times it and reports', async () => {
      const { status, stdout, stderr } = await cli(load, doubleEnvironment({ flavour }));
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stdout).toMatch(/Throughput: [\d.e+]+ qps/);
      expect(stdout).toMatch(/scores: \(1x10\)/);
      expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^&&&& PASSED TensorRT\.trtexec/);
    });

    it.each([
      ['without a GPU', { devices: [] }],
      ['without a driver', { cuda: 'none' }],
    ] as const)('%s makes no runtime, which would be garbage', async (_, machine) => {
      const record = join(folder, 'record');
      await writeFile(record, '');
      const run = await cli(load, doubleEnvironment({ flavour, record, ...machine }));
      expect(run).toMatchObject({ status: 1, signal: null });
      expect(run.stdout + run.stderr).toMatch(/ERR_NO_GPU|GPU|driver/);
      expect(readRecord(record).map(({ call }) => call)).not.toContain('createInferRuntime');
    });
  });
}
