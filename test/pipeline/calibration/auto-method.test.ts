import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkerProcess, type SampleSource } from '#lib/backends/onnxruntime/index.js';
import { modelInputs } from '#lib/data/index.js';
import { addDials, cleanModel, insertQdq, openModel, placeQdq } from '#lib/model/index.js';
import { calibrate } from '#lib/pipeline/calibration/calibrate.js';
import { evaluate } from '#lib/pipeline/evaluation/evaluate.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { readTable } from '#lib/tables/index.js';
import { repository } from '../../helpers/fixture.js';

const path = repository('demo/model.onnx');
const data = repository('demo/calibration');
const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-auto-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a model with dials', () => {
  it('is the network bit for bit with all dials open, and the Q/DQ model with all closed', async () => {
    const model = await openModel(path);
    await cleanModel(model);
    const placement = placeQdq(model, { form: 'tensorrt' });
    const table = join(folder, 'table.json');
    await calibrate(path, table, { data, preprocess, limit: 30 });
    const { tensors } = await readTable(table);

    // Float weights on both sides, so that only the activations differ.
    const activationsOnly = model.clone();
    await insertQdq(activationsOnly, { ...placement, weights: [] }, new Map(Object.entries(tensors)));
    const [dialled, quantized, clean] = ['dials', 'qdq', 'clean'].map((name) => join(folder, `${name}.onnx`));
    const dials = addDials(model, placement);
    await Promise.all([dials.model.save(dialled!), activationsOnly.save(quantized!), model.save(clean!)]);

    const indices = [0, 1, 2, 3, 4, 5, 6, 7];
    const source: SampleSource = {
      kind: 'dataset',
      spec: { sources: [{ path: data }], preprocess },
      inputs: modelInputs(model.inputs),
      indices,
    };
    await using worker = new WorkerProcess();
    const closed = dials.tensors.map((name, index) => ({
      index,
      dial: { step: tensors[name]!.scale, low: -128, high: 127 },
    }));
    const common = { source, outputs: ['logits'], batch: 1, threads: 1 };
    const trials = await worker.run({
      kind: 'trials',
      model: dialled!,
      tensors: dials.tensors.length,
      trials: [[], closed],
      ...common,
    });
    const compared = await worker.run({
      kind: 'compare',
      fixedBatch: false,
      reference: clean!,
      candidate: quantized!,
      exactQdq: true,
      ...common,
    });
    expect(trials.errors[0]![0]).toBe(0);
    const sqnr = 10 * Math.log10(trials.signal[0]! / trials.errors[1]![0]!);
    expect(sqnr).toBeCloseTo(compared.outputs['logits']!.sqnrDb, 3);
    expect(sqnr).toBeLessThan(60);
  });
});

describe('--method auto', () => {
  it('chooses per tensor, and loses nothing against the default on images that took no part', async () => {
    const outputs = await Promise.all(
      (['mse', 'auto'] as const).map(async (method) => {
        const output = join(folder, `${method}.onnx`);
        const result = await quantize(path, output, { data, preprocess, method, holdout: 0, limit: 100 });
        expect(result.method).toBe(method);
        return output;
      }),
    );
    const [mse, auto] = await Promise.all(
      outputs.map(async (output) => {
        const compared = await evaluate(path, output, { data: repository('demo/test'), preprocess, limit: 200 });
        return compared.outputs['logits']!.sqnrDb;
      }),
    );
    expect(auto).toBeGreaterThan(mse! - 0.1);
  });

  it('refuses a table for an implicit build, and an iterable', async () => {
    await expect(
      calibrate(path, join(folder, 'x.cache'), { data, preprocess, method: 'auto', limit: 5 }),
    ).rejects.toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining('implicit') as string });
    const items = [{ input: new Float32Array(1024).fill(0.5) }];
    await expect(calibrate(path, join(folder, 'x.json'), { data: items, method: 'auto' })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('iterable') as string,
    });
  });
});
