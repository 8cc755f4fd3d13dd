import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPlanHeader } from '#lib/backends/tensorrt/plan.js';
// @ts-expect-error: a script, without types
import { resnet50 as resnet50Path } from '../../../scripts/fixtures/resnet50.mjs';
import { needsRtx, withoutRtx } from '../../backends/tensorrt/rtx.js';
import { cli, type CliResult } from '../../helpers/cli.js';
import { repository } from '../../helpers/fixture.js';

const marked = '--placeholder-ranges';
const demo = repository('demo/model.onnx');
const samples = [`--data=${repository('demo/calibration')}`, '--pixel-format=gray', '--preset=unit', '--limit=20'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-trtexec-rtx-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function build(name: string, ...flags: string[]): Promise<CliResult & { readonly plan: string }> {
  const plan = join(folder, `${name}.plan`);
  const run = await cli(['trtexec', '--backend=tensorrt-rtx', `--saveEngine=${plan}`, '--skipInference', ...flags]);
  expect({ status: run.status, err: run.stderr.split('\n').filter((line) => line.includes('[E]')) }).toEqual({
    status: 0,
    err: [],
  });
  expect(run.stdout).toMatch(/Engine built in [\d.e+-]+ sec\.\n/);
  expect(run.stdout.trimEnd().split('\n').at(-1)).toMatch(/^&&&& PASSED TensorRT\.trtexec \[TensorRT v1\d{4}\]/);
  const header = await readPlanHeader(plan);
  expect(header).toMatchObject({ kind: 'tensorrt-rtx', length: (await stat(plan)).size });
  return { ...run, plan };
}

/** By the builder's own log. */
function weightBytes({ stdout }: CliResult): number {
  return Number(/Total Weights Memory: (\d+) bytes/.exec(stdout)![1]);
}

describe.skipIf(withoutRtx !== '')(`trtexec with the real TensorRT-RTX and no GPU${needsRtx}`, () => {
  it('builds the demo in FP32, FP16 and INT8, from samples, from the cache they made, and with placeholders', async () => {
    const shapes = ['--minShapes=input:1x1x32x32', '--optShapes=input:8x1x32x32', '--maxShapes=input:64x1x32x32'];
    const cache = join(folder, 'demo.cache');
    const fp32 = await build('fp32', `--onnx=${demo}`, ...shapes);
    const fp16 = await build('fp16', `--onnx=${demo}`, ...shapes, '--fp16');
    expect(fp16.stdout).toMatch(/--fp16: a copy of the model was cast: \d+ nodes in FP16/);
    expect(weightBytes(fp16)).toBeLessThan(weightBytes(fp32) * 0.7);

    const calibrated = await build('int8', `--onnx=${demo}`, ...shapes, '--int8', `--calib=${cache}`, ...samples);
    expect(calibrated.stdout).toMatch(/--calib: calibrated by mse on 20 samples \(--data\), wrote/);
    expect(await readFile(cache, 'utf8')).toMatch(/^TRT-\d+-\w+\ninput: [0-9a-f]{8}\n/);
    expect(weightBytes(calibrated)).toBeLessThan(weightBytes(fp32) / 2);
    const cached = await build('cached', `--onnx=${demo}`, ...shapes, '--int8', `--calib=${cache}`);
    expect(cached.stdout).toMatch(/--int8 --calib: \d+ tensors have the scales of/);
    expect(weightBytes(cached)).toBe(weightBytes(calibrated));

    const direct = await build('direct', `--onnx=${demo}`, ...shapes, '--best', ...samples);
    expect(direct.stdout).toMatch(/--int8: Q\/DQ by mse on 20 samples \(--data\), the rest in FP16/);
    const placeholder = await build('placeholder', `--onnx=${demo}`, ...shapes, '--int8', '--fp16', marked);
    expect(placeholder.stdout).toMatch(/placeholder ranges, the rest in FP16: right for timing only/);
    expect(placeholder.stderr).toMatch(/\[W\] PLACEHOLDER INT8 RANGES/);
  });

  it('builds a network of the size of ResNet-50 in FP32 and INT8', async () => {
    const model = await (resnet50Path as () => Promise<string>)();
    const fp32 = await build('resnet', `--onnx=${model}`);
    const int8 = await build('resnet.int8', `--onnx=${model}`, '--int8', marked);
    expect(weightBytes(int8)).toBeLessThan(weightBytes(fp32) / 2);
  });

  it('refuses INT8 without ranges, and says what to give', async () => {
    for (const flag of ['--int8', '--best']) {
      const run = await cli(['trtexec', '--backend=tensorrt-rtx', `--onnx=${demo}`, '--skipInference', flag]);
      expect(run.status).toBe(1);
      expect(run.stderr).toMatch(/INT8 needs ranges.*--calib=CACHE or --data=PATH, or --placeholder-ranges/);
    }
  });

  it('refuses to run, and to build what it would run, without a GPU, in one line', async () => {
    const run = await cli(['trtexec', '--backend=tensorrt-rtx', `--onnx=${demo}`]);
    // With a GPU there is nothing to refuse.
    if (run.status === 0) return;
    expect(run.status).toBe(1);
    expect(run.stderr.match(/\[E\]/g)).toHaveLength(1);
  });
});
