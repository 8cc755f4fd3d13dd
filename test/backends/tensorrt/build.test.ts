import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { buildEngine, readPlanHeader } from '#lib/backends/tensorrt/index.js';
import type { Progress } from '#lib/progress.js';
import { batchProfile, fixture, needsRtx, withoutRtx } from './rtx.js';

const fp32 = fixture('tiny-cnn-fp32.onnx');
const qdq = fixture('tiny-cnn-qdq.onnx');

describe.skipIf(withoutRtx)(`building with the real TensorRT-RTX${needsRtx}`, () => {
  it.each(['sm86', 'sm89', 'sm120', 'sm86,sm89,sm120'])('makes a plan for %s', async (given) => {
    const targets = given.split(',');
    for (const [model, profiles] of [[fp32, []] as const, [qdq, [batchProfile]] as const]) {
      const result = await buildEngine(model, { targets, profiles });
      expect(result).toMatchObject({ backend: 'tensorrt-rtx', targets, bytes: result.plan.byteLength });
      expect(await readPlanHeader(result.plan)).toEqual({
        kind: 'tensorrt-rtx',
        version: result.libraryVersion,
        length: result.bytes,
        targets,
      });
    }
  });

  it('keeps INT8 weights INT8, by the builder’s own log', async () => {
    const lines: string[] = [];
    const options = { targets: ['sm86'], onLog: (_: string, line: string) => lines.push(line) };
    const floating = await buildEngine(fp32, options);
    const integer = await buildEngine(qdq, { ...options, int8: true, profiles: [batchProfile] });
    // 5,200 weights: 4 bytes each, or 1 with a scale per channel; biases on top.
    expect(floating.weightBytes).toBeGreaterThan(4 * 5200);
    expect(integer.weightBytes).toBeLessThan(2 * 5200);
    expect(lines.filter((line) => line.startsWith('Total Weights Memory'))).toEqual([
      `Total Weights Memory: ${floating.weightBytes} bytes`,
      `Total Weights Memory: ${integer.weightBytes} bytes`,
    ]);
  });

  it('describes what it built', async () => {
    const result = await buildEngine(qdq, { targets: ['sm89'], profiles: [batchProfile] });
    expect(result.inputs).toEqual([{ name: 'image', dtype: 'float32', shape: [-1, 3, 16, 16] }]);
    expect(result.outputs).toEqual([{ name: 'scores', dtype: 'float32', shape: [-1, 10] }]);
    expect(result.layers).toBeGreaterThan(10);
    expect(result.warnings).toEqual([]);
    expect(result.timings.total).toBeGreaterThanOrEqual(result.timings.build);
  });

  it('takes bytes and external data, and builds the same plan of them', async () => {
    const options = { targets: ['sm86'] };
    const { plan } = await buildEngine(fp32, options);
    const external = fixture('tiny-external.onnx');
    const others = [
      await buildEngine(await readFile(fp32), options),
      await buildEngine(external, options),
      await buildEngine(await readFile(external), { ...options, externalDataFolder: fixture('.') }),
    ];
    for (const other of others) expect(Buffer.compare(other.plan, plan)).toBe(0);
  });

  it('carries the options out', async () => {
    const options = { targets: ['sm86'] };
    const result = await buildEngine(fp32, {
      ...options,
      optimizationLevel: 5,
      workspaceBytes: 2 ** 30,
      profilingVerbosity: 'detailed',
    });
    expect(result.warnings).toEqual([]);
    // Less memory than any kernel of the network needs.
    await expect(buildEngine(fp32, { ...options, workspaceBytes: 1024 })).rejects.toThrow('workspace');
  });

  it('says that a timing cache is of no use to it, and builds', async () => {
    const told: string[] = [];
    const result = await buildEngine(fp32, {
      targets: ['sm86'],
      timingCache: new Uint8Array(100),
      onWarning: (message) => told.push(message),
    });
    expect(told).toEqual(result.warnings);
    expect(told.join()).toContain('timing cache');
    expect(result.timingCache).toBeUndefined();
  });

  it('reports progress that rises to the end, and the log with levels', async () => {
    const seen: Progress[] = [];
    const levels = new Set<string>();
    await buildEngine(fp32, {
      targets: ['sm86'],
      onProgress: (progress) => seen.push(progress),
      onLog: (level) => levels.add(level),
      logLevel: 'verbose',
    });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(seen.at(-1)).toEqual({ phase: 'build', done: 100, total: 100 });
    expect(levels).toEqual(new Set(['info', 'verbose']));
  });

  it('keeps four builds at once apart', async () => {
    const logs: string[][] = [[], [], [], []];
    const models = [fp32, qdq, fp32, qdq];
    const results = await Promise.all(
      models.map((model, i) =>
        buildEngine(model, {
          targets: ['sm86'],
          profiles: model === qdq ? [batchProfile] : [],
          onLog: (_, line) => logs[i]!.push(line),
        }),
      ),
    );
    expect(results.map(({ layers }) => layers)).toEqual([
      results[0]!.layers,
      results[1]!.layers,
      results[0]!.layers,
      results[1]!.layers,
    ]);
    expect(results[0]!.layers).not.toBe(results[1]!.layers);
    logs.forEach((lines, i) => {
      expect(lines.filter((line) => line.includes('Input filename'))).toEqual([expect.stringContaining(models[i]!)]);
      expect(lines).toContain(`Total Weights Memory: ${results[i]!.weightBytes} bytes`);
    });
  });

  it('lets the event loop turn meanwhile', async () => {
    const turns: number[] = [];
    const built = buildEngine(fp32, { targets: ['sm86', 'sm89', 'sm120'] }).then(() => 'built');
    while ((await Promise.race([built, setImmediate('turn')])) === 'turn') turns.push(turns.length);
    expect(turns.length).toBeGreaterThan(100);
  });
});
