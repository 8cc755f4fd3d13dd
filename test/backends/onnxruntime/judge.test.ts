import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMetric } from '#lib/accuracy/index.js';
import { WorkerProcess, type RecordJob } from '#lib/backends/onnxruntime/index.js';
import { modelInputs } from '#lib/data/index.js';
import { exposeTensors, openModel } from '#lib/model/index.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { repository } from '../../helpers/fixture.js';

const demo = repository('demo/model.onnx');
const data = repository('demo/test');
const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-judge-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('record and judge', () => {
  it('give what a comparison gives, without running the reference again', async () => {
    const int8 = join(folder, 'int8.onnx');
    await quantize(demo, int8, { data: repository('demo/calibration'), preprocess, limit: 10, holdout: 0 });
    const model = await openModel(demo);
    const inner = model.nodes.find((node) => node.is('Relu'))!.outputs[0]!;
    const exposed = join(folder, 'exposed.onnx');
    await exposeTensors(model, [inner]).save(exposed);
    const inputs = modelInputs(model.inputs);
    const indices = [3, 1, 4, 15, 92];
    const source = { kind: 'dataset', spec: { sources: [{ path: data }], preprocess }, inputs, indices } as const;
    await using worker = new WorkerProcess();
    const common = { batch: 2, fixedBatch: false, threads: 1, exactQdq: true, phase: 'test' } as const;
    const record: RecordJob = {
      kind: 'record',
      model: exposed,
      source,
      tensors: ['input', inner],
      folder: join(folder, 'inputs'),
      ...common,
    };
    const recorded = await worker.run(record);
    expect(recorded).toMatchObject({ samples: 5, skipped: 0 });
    expect(recorded.tensors[inner]!.shape[0]).toBe(2);
    const stored = { kind: 'stored', folder: record.folder } as const;
    await worker.run({ ...record, source: stored, model: demo, tensors: ['logits'], folder: join(folder, 'outputs') });
    const { judgements } = await worker.run({
      kind: 'judge',
      candidates: [demo, int8],
      inputs: record.folder,
      reference: join(folder, 'outputs'),
      outputs: ['logits'],
      metric: parseMetric('sqnr:logits'),
      ...common,
    });
    expect(judgements[0]).toMatchObject({ metric: { value: Infinity, standardError: 0 } });
    const direct = await worker.run({
      kind: 'compare',
      reference: demo,
      candidate: int8,
      outputs: ['logits'],
      source,
      exactQdq: true,
      batch: 2,
      fixedBatch: false,
      threads: 1,
    });
    expect(judgements[1]!.outputs['logits']).toEqual(direct.outputs['logits']);
    expect(judgements[1]!.metric!.value).toBeCloseTo(direct.outputs['logits']!.sqnrDb, 9);
    expect(judgements[1]!.metric!.standardError).toBeGreaterThan(0);
  });
});
