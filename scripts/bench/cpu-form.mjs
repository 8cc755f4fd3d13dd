// The form for ONNX Runtime's CPU kernels, timed on a ResNet-50 topology: FP32, ours, and the model of ONNX Runtime's own quantizer.
// `node scripts/bench/cpu-form.mjs [ROUNDS]`; each round opens the three sessions afresh and runs them in turn.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkerProcess } from '../../dist/lib/backends/onnxruntime/index.js';
import { modelInputs, openDataset, readBatches } from '../../dist/lib/data/index.js';
import { quantize } from '../../dist/lib/index.js';
import { openModel } from '../../dist/lib/model/index.js';
import { pythonWith } from '../fixtures/python.mjs';
import { resnet50 } from '../fixtures/resnet50.mjs';
import { writeImages } from './images.mjs';

const rounds = Number(process.argv[2] ?? 5);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'calibrt-cpu-form-'));
try {
  const fp32 = await resnet50({ batch: 1, batchNorm: false });
  const spec = { sources: [{ path: join(folder, 'images') }], preprocess: { preset: 'imagenet' } };
  await writeImages(spec.sources[0].path, 10, 224);
  const inputs = modelInputs((await openModel(fp32)).inputs);
  await writeFile(join(folder, 'samples.npy'), await samplesAsNpy(spec, inputs));

  const [ours, theirs] = ['ours.onnx', 'theirs.onnx'].map((name) => join(folder, name));
  const data = join(folder, 'samples.npy');
  await quantize(fp32, ours, { data, form: 'onnxruntime', holdout: 0 });
  const python = await pythonWith(here('cpu-form.txt'));
  execFileSync(python, [here('cpu_form.py'), fp32, data, theirs], { stdio: ['ignore', 'ignore', 'inherit'] });

  const threads = availableParallelism();
  const source = { kind: 'dataset', spec: { sources: [{ path: data }] }, inputs, indices: [0] };
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const worker = new WorkerProcess();
    const { medians } = await worker.run({ kind: 'time', models: [fp32, ours, theirs], source, batch: 1, threads });
    await worker[Symbol.asyncDispose]();
    times.push(medians);
    console.log(
      `round ${round + 1}: FP32 ${ms(medians[0])}, ours ${ms(medians[1])}, ONNX Runtime's quantizer ${ms(medians[2])}`,
    );
  }
  console.log(`${cpus()[0].model.trim()}, ${threads} threads`);
  console.log(`FP32 / ours: ${median(times.map(([a, b]) => a / b)).toFixed(2)}`);
  console.log(`ours / ONNX Runtime's quantizer: ${median(times.map(([, b, c]) => b / c)).toFixed(3)}`);
} finally {
  await rm(folder, { recursive: true });
}

async function samplesAsNpy(spec, inputs) {
  const dataset = await openDataset(spec, inputs);
  const rows = [];
  const indices = Array.from({ length: dataset.size }, (_, index) => index);
  for await (const batch of readBatches(dataset, indices)) rows.push(Object.values(batch.inputs)[0]);
  const shape = [rows.length, ...rows[0].shape.slice(1)].join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`;
  const header = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + '\n';
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  prefix.writeUInt16LE(header.length, 8);
  const values = rows.map(({ data }) => Buffer.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
  return Buffer.concat([prefix, Buffer.from(header), ...values]);
}

function ms(value) {
  return `${value.toFixed(1)} ms`;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
