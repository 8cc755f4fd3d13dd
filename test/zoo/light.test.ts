import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkerProcess } from '#lib/backends/onnxruntime/index.js';
import { openModel, type TensorInfo } from '#lib/model/index.js';
import { buildPlan } from '#lib/pipeline/build/build.js';
import { evaluate } from '#lib/pipeline/evaluation/evaluate.js';
import { prepareModel } from '#lib/pipeline/prepare.js';
import { quantize } from '#lib/pipeline/quantize.js';
// @ts-expect-error: a script, without types
import { Random } from '../../scripts/fixtures/topologies/random.mjs';
import { needsRtx, withoutRtx } from '../backends/tensorrt/rtx.js';
import { encodeNpy } from '../data/encode-npy.js';
import { repository } from '../helpers/fixture.js';

/** The small ones, for time's sake; `node scripts/bench/zoo.mjs` runs all of them and torchvision's. */
const names = ['squeezenet', 'shufflenet', 'densenet121'];

async function modelOf(name: string): Promise<string> {
  const script = repository('scripts/bench/zoo-models.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, 'light', name]);
  return stdout.trim();
}

// The first use installs Python packages, which may be impossible.
const missing = await modelOf(names[0]!).then(
  () => '',
  (error: unknown) => (error as { stderr: string }).stderr.split('\n', 1)[0]!,
);
const needsModels = missing === '' ? '' : ` (skipped: ${missing})`;

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-light-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(missing !== '').each(names)(`light_%s of the onnx package${needsModels}`, (name) => {
  let path: string;
  let data: string;
  const int8 = (): string => at(`${name}-int8.onnx`);

  beforeAll(async () => {
    path = await modelOf(name);
    data = at(`${name}.npy`);
    const shape = [4, ...inputShape((await openModel(path)).inputs[0]!).slice(1)];
    const random = new (Random as new (seed: number) => { normals(count: number): Float32Array })(1);
    const values = random.normals(shape.reduce((product, size) => product * size, 1));
    await writeFile(data, encodeNpy({ dtype: 'float32', shape, data: values }));
  });

  it('means the same when cleaned, with every BatchNormalization folded that follows a convolution', async () => {
    await using worker = new WorkerProcess();
    const { model } = await prepareModel(path, worker);
    const { nodes } = model.graph;
    // DenseNet normalizes concatenations too, which nothing can take in.
    const normalized = nodes.filter(({ opType }) => opType === 'BatchNormalization').map(({ inputs }) => inputs[0]!);
    expect(normalized.filter((tensor) => model.graph.producer(tensor)?.opType === 'Conv')).toEqual([]);
    const kinds = new Set(nodes.map(({ opType }) => opType));
    for (const scaffolding of ['Dropout', 'Constant', 'Unsqueeze', 'Mul']) expect(kinds).not.toContain(scaffolding);
    await model.save(at(`${name}-clean.onnx`));
    const { outputs } = await evaluate(path, at(`${name}-clean.onnx`), { data, limit: 1 });
    // 1e-4 of the range would be 80 dB at most.
    for (const { sqnrDb } of Object.values(outputs)) expect(sqnrDb).toBeGreaterThan(80);
  });

  it('keeps what it says in INT8', async () => {
    const result = await quantize(path, int8(), { data, holdout: 1 });
    expect(result).toMatchObject({ samples: 3, holdout: 1 });
    for (const { sqnrDb } of Object.values(result.verify!.outputs)) expect(sqnrDb).toBeGreaterThan(20);
    expect(result.bytes.int8).toBeLessThan(result.bytes.fp32 * 0.35);
    const { nodes } = (await openModel(path)).graph;
    const weighted = nodes.filter(({ opType }) => opType === 'Conv' || opType === 'Gemm');
    expect(result.quantized).toEqual(expect.arrayContaining(weighted.map((node) => node.name)));
  });

  it.skipIf(withoutRtx !== '')(`becomes an engine of TensorRT-RTX${needsRtx}`, async () => {
    const { bytes, target } = await buildPlan(int8(), at(`${name}.plan`), {
      backend: 'tensorrt-rtx',
      targets: ['sm86'],
    });
    expect(target).toEqual(['sm86']);
    expect(bytes).toBeGreaterThan(100_000);
  });
});

function inputShape({ shape }: TensorInfo): number[] {
  return (shape ?? []).map((size) => size as number);
}
