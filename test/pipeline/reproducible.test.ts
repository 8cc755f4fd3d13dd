import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCalibrator } from '#calibrators/index.js';
import { WorkerProcess, type SampleSource } from '#lib/backends/onnxruntime/index.js';
import { modelInputs, openDataset, readBatches, type Batch } from '#lib/data/index.js';
import { exposeTensors, openModel } from '#lib/model/index.js';
import { native } from '#lib/native.js';
import { calibrate } from '#lib/pipeline/calibration/calibrate.js';
import { mergeTables, readTable } from '#lib/tables/index.js';
import { repository } from '../helpers/fixture.js';

const model = repository('demo/model.onnx');
const data = repository('demo/calibration');
const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-reproducible-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function table(name: string, options: object = {}): Promise<string> {
  const path = join(folder, `${name}.json`);
  await calibrate(model, path, { data, preprocess, limit: 1000, ...options });
  return path;
}

describe('a calibration', () => {
  it('gives the same table byte for byte whatever the order of the samples', async () => {
    const [one, other] = [await table('seed-1', { seed: 1 }), await table('seed-2', { seed: 2 })];
    expect(await readFile(one, 'utf8')).toBe(await readFile(other, 'utf8'));
  });

  it.each(['mse', 'entropy', 'minmax', 'percentile'])('by %s gives the same ranges in two runs', async (method) => {
    const runs = await Promise.all(['a', 'b'].map((run) => table(`${method}-${run}`, { method, limit: 40 })));
    const [one, other] = await Promise.all(runs.map((path) => readTable(path)));
    expect(one?.tensors).toEqual(other?.tensors);
  });

  it('takes samples one by one or many at a time from an iterable, with the same statistics', async () => {
    async function* items(rows: number): AsyncGenerator<{ input: Batch['inputs'][string] }> {
      const dataset = await openDataset(
        { sources: [{ path: data }], preprocess },
        modelInputs((await openModel(model)).inputs),
      );
      const order = Array.from({ length: 48 }, (_, index) => index);
      for await (const batch of readBatches(dataset, order, { batch: rows })) yield { input: batch.inputs['input']! };
    }
    const [single, many] = [await table('single', { data: items(1) }), await table('many', { data: items(16) })];
    expect((await readTable(single)).statistics).toEqual((await readTable(many)).statistics);
  });

  it('in two halves merges to the table of the whole', async () => {
    const all = await readTable(await table('whole', { data: samples(0, 60) }));
    const halves = [
      await readTable(await table('half-1', { data: samples(0, 25) })),
      await readTable(await table('half-2', { data: samples(25, 60) })),
    ];
    const merged = await mergeTables(halves, createCalibrator('mse'));
    expect(merged.statistics).toEqual(all.statistics);
    expect(merged.tensors).toEqual(all.tensors);
  });
});

async function* samples(from: number, to: number): AsyncGenerator<{ input: Batch['inputs'][string] }> {
  const dataset = await openDataset(
    { sources: [{ path: data }], preprocess },
    modelInputs((await openModel(model)).inputs),
  );
  const order = Array.from({ length: to - from }, (_, index) => from + index);
  for await (const batch of readBatches(dataset, order)) yield { input: batch.inputs['input']! };
}

describe('the network itself', () => {
  it('run on 1 or 8 samples at a time gives the same statistics on this CPU', async () => {
    const opened = await openModel(model);
    const inputs = modelInputs(opened.inputs);
    const tensors = opened.nodes.filter(({ opType }) => opType === 'Relu').map((node) => node.outputs[0]!);
    const path = join(folder, 'exposed.onnx');
    await exposeTensors(opened, tensors).save(path);
    const indices = Array.from({ length: 40 }, (_, index) => index);
    const source: SampleSource = { kind: 'dataset', spec: { sources: [{ path: data }], preprocess }, inputs, indices };
    await using worker = new WorkerProcess();
    const [one, eight] = [
      await worker.run({ kind: 'capture', model: path, tensors, source, batch: 1, threads: 2 }),
      await worker.run({ kind: 'capture', model: path, tensors, source, batch: 8, threads: 2 }),
    ];
    const counts = (result: typeof one): bigint[] =>
      [...result.statistics.values()].map((bytes) => native().Statistics.deserialize(bytes).summary().count);
    expect(counts(eight)).toEqual(counts(one));
    expect(tensors.length).toBeGreaterThan(5);
  });
});
