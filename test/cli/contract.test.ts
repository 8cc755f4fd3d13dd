import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateTensorRt } from '#lib/backends/tensorrt/index.js';
import { commands } from '#lib/cli/commands/index.js';
import { native } from '#lib/native.js';
import { cli } from '../helpers/cli.js';
import { repository } from '../helpers/fixture.js';

const demo = repository('demo/model.onnx');
const samples = ['--data', repository('demo/calibration'), '--pixel-format', 'gray', '--preset', 'unit'];

let folder: string;
let int8: string;
let quantized: Record<string, unknown>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-contract-'));
  int8 = join(folder, 'int8.onnx');
  const table = join(folder, 'table.json');
  quantized = await json('quantize', demo, '-o', int8, ...samples, '--limit', '60', '--table-out', table);
});
afterAll(() => rm(folder, { recursive: true }));

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await cli([...args, '--json']);
  expect({ status, stderr: stderr.split('\n').filter((line) => line.startsWith('error')) }).toEqual({
    status: 0,
    stderr: [],
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('quantize', () => {
  it('--json has what CLI.md promises', () => {
    const result = quantized;
    expect(result).toMatchObject({ model: demo, output: int8, method: 'mse', samples: 48, holdout: 12 });
    expect(result['quantized']).toContain('/stem/Conv');
    expect(result['skipped']).toContainEqual({
      node: expect.any(String) as string,
      reason: expect.any(String) as string,
    });
    expect(Object.values(result['tensors'] as object)[0]).toMatchObject({
      scale: expect.any(Number) as number,
      amax: expect.any(Number) as number,
      min: expect.any(Number) as number,
      max: expect.any(Number) as number,
    });
    expect(result['verify']).toMatchObject({
      outputs: { logits: { cosine: expect.any(Number) as number, maxAbsError: expect.any(Number) as number } },
    });
    expect((result['bytes'] as { fp32: number; int8: number }).int8).toBeLessThan(
      (result['bytes'] as { fp32: number }).fp32 / 2,
    );
    expect(result).not.toHaveProperty('latencyMs');
    expect(result).toHaveProperty('timings.calibrate');
    expect(result).toHaveProperty('peakRssMb');
  });

  it('from the table gives the same model byte for byte', async () => {
    const again = join(folder, 'again.onnx');
    await json('quantize', demo, '-o', again, '--table', join(folder, 'table.json'));
    expect((await readFile(again)).equals(await readFile(int8))).toBe(true);
  });

  it('--for onnxruntime has measured latencies', async () => {
    const result = await json(
      'quantize',
      demo,
      '-o',
      join(folder, 'cpu.onnx'),
      ...samples,
      '--limit',
      '20',
      '--for',
      'onnxruntime',
    );
    expect(result['latencyMs']).toEqual({ fp32: expect.any(Number) as number, int8: expect.any(Number) as number });
  });

  it('--dry-run writes nothing and names a rule for every node', async () => {
    const result = await json('quantize', demo, '--dry-run');
    const nodes = result['nodes'] as { rule: string; reason: string; quantized: boolean }[];
    expect(nodes.every(({ rule, reason }) => rule !== '' && reason !== '')).toBe(true);
    expect(nodes.filter(({ quantized }) => quantized).length).toBeGreaterThan(15);
  });
});

describe('eval', () => {
  it('compares two models, and both with the labels', async () => {
    const test = ['--data', repository('demo/test'), '--pixel-format', 'gray', '--preset', 'unit', '--limit', '1000'];
    const result = await json('eval', demo, int8, ...test);
    expect(result).toMatchObject({
      samples: 450,
      outputs: { logits: { cosine: expect.any(Number) as number, argmaxAgreement: expect.any(Number) as number } },
      // 449 of 450, as ONNX Runtime in Python finds them (demo/README.md).
      top1: { reference: expect.closeTo(449 / 450, 10) as number, candidate: expect.any(Number) as number },
    });
    const itself = await json('eval', demo, demo, ...test);
    expect(itself['outputs']).toMatchObject({ logits: { sqnrDb: 'Infinity', maxAbsError: 0, argmaxAgreement: 1 } });
  });

  it('refuses models whose outputs differ, naming both', async () => {
    const other = repository('test/fixtures/relu.onnx');
    const result = await cli(['eval', demo, other, '--data', repository('demo/test')]);
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toMatch(/^error ERR_MODEL_UNSUPPORTED: .*model\.onnx has inputs input.*relu\.onnx has x/);
  });
});

describe('inspect', () => {
  it('tells what a model and a table hold', async () => {
    expect(await json('inspect', int8)).toMatchObject({ kind: 'model', opset: 17, inputs: [{ name: 'input' }] });
    expect(await json('inspect', join(folder, 'table.json'))).toMatchObject({
      kind: 'table',
      table: { method: 'mse' },
    });
  });
});

describe('doctor', () => {
  it('has a verdict for everything, and a remedy for what is wrong', async () => {
    const { stdout } = await cli(['doctor', '--json']);
    const { checks } = JSON.parse(stdout) as {
      checks: { name: string; status: string; verdict: string; remedy?: string }[];
    };
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['native addon', 'ONNX Runtime', 'sharp']));
    for (const { status, verdict, remedy } of checks) {
      expect(verdict).not.toBe('');
      if (status !== 'ok') expect(remedy).toBeTruthy();
    }
  });
});

const rtx = locateTensorRt('rtx').found !== undefined && native().openTensorRtBridge('rtx').ok;

describe('build', () => {
  it.skipIf(rtx)('without the library says how to get it (skipped where TensorRT-RTX is present)', async () => {
    const result = await cli(['build', demo, '-o', join(folder, 'x.plan'), '--backend', 'tensorrt-rtx']);
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toMatch(/^error ERR_(BACKEND|NATIVE)_MISSING: /);
  });

  describe.skipIf(!rtx)('with TensorRT-RTX (skipped where the library or its bridge is missing)', () => {
    const shapes = [
      '--min-shapes',
      'input:1x1x32x32',
      '--opt-shapes',
      'input:8x1x32x32',
      '--max-shapes',
      'input:64x1x32x32',
    ];

    it.each(['sm86', 'sm89', 'sm120', 'sm86,sm89,sm120'])(
      'makes plans for %s, the INT8 one with INT8 weights',
      async (target) => {
        const build = (model: string, plan: string): Promise<Record<string, unknown>> =>
          json('build', model, '-o', join(folder, plan), '--backend', 'tensorrt-rtx', '--target', target, ...shapes);
        const [fp32, smaller] = [await build(demo, 'fp32.plan'), await build(int8, 'int8.plan')];
        expect(fp32).toMatchObject({
          backend: 'tensorrt-rtx',
          target: target.split(','),
          bytes: expect.any(Number) as number,
        });
        // By the builder's own log.
        expect(smaller['weightBytes']).toBeLessThan((fp32['weightBytes'] as number) / 2);
        expect(await json('inspect', join(folder, 'int8.plan'))).toMatchObject({
          kind: 'plan',
          plan: { length: smaller['bytes'] },
        });
      },
    );
  });
});

describe('help', () => {
  it('loads no native and no inference library', async () => {
    const { status, stderr } = await cli(['--help'], { NODE_DEBUG: 'module' });
    expect(status).toBe(0);
    expect(stderr).not.toMatch(/\.node"|onnxruntime-node|sharp/);
  });

  it.each(commands.map(({ name }) => name))('%s --help lists every flag', async (name) => {
    const { status, stdout } = await cli([name, '--help']);
    const command = commands.find((each) => each.name === name)!;
    expect(status).toBe(0);
    for (const flag of command.flags) expect(stdout).toContain(`--${flag.name}`);
  });
});
