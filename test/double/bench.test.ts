import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../helpers/cli.js';
import { fixture } from '../helpers/fixture.js';
import { doubleEnvironment, withoutBridge } from '../support/double.js';

const fp32 = fixture('tiny-cnn-fp32.onnx');
const int8 = fixture('tiny-cnn-qdq.onnx');

describe.each(['10', '11'] as const)('on the double of TensorRT %s', (flavour) => {
  const without = withoutBridge(flavour);
  describe.skipIf(without !== '')(`a benchmark${without}`, () => behaviour(flavour));
});

function behaviour(flavour: '10' | '11'): void {
  let folder: string;
  let plan: string;
  const env = (): NodeJS.ProcessEnv => doubleEnvironment({ flavour, runMs: 1 });
  const json = async (...args: string[]): Promise<unknown> => {
    const { status, stdout, stderr } = await cli([...args, '--json'], env());
    expect({ status, error: /^error.*/m.exec(stderr)?.[0] }).toEqual({ status: 0, error: undefined });
    return JSON.parse(stdout);
  };
  const quick = ['--rounds', '3', '--warm-up', '2', '--duration', '0.05'];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calibrt-double-bench-'));
    plan = join(folder, 'int8.plan');
    const { status, stderr } = await cli(
      ['build', int8, '-o', plan, '--profiling-verbosity', 'detailed', '--opt-shapes', 'image:1x3x16x16'],
      env(),
    );
    expect({ status, stderr }).toMatchObject({ status: 0 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('times plans and models, which it builds first, beside the CPU', async () => {
    const model = await json('bench', plan, fp32, ...quick, '--precision', 'fp32,fp16', '--profile');
    const figure = expect.any(Number) as number;
    expect(model).toMatchObject([
      { label: 'int8.plan', backend: 'tensorrt', precision: null, gpuComputeMs: { median: figure } },
      { label: 'tiny-cnn-fp32.onnx fp32', precision: 'fp32', shapes: { image: [1, 3, 16, 16] } },
      { label: 'tiny-cnn-fp32.onnx fp16', precision: 'fp16', h2dMs: { p99: figure }, comparison: { ratio: figure } },
    ]);
    const [{ layers }] = model as [{ layers: { name: string; medianMs: number | null }[] }];
    expect(layers.map(({ name }) => name)).toContain('Conv_conv0');
    expect(layers.every(({ medianMs }) => medianMs !== null && medianMs > 0)).toBe(true);
    expect(await json('bench', fp32, ...quick, '--backend', 'tensorrt,onnxruntime')).toMatchObject([
      { label: 'tiny-cnn-fp32.onnx tensorrt', backend: 'tensorrt' },
      { label: 'tiny-cnn-fp32.onnx onnxruntime', backend: 'onnxruntime' },
    ]);
  });

  it('refuses shapes outside the profile, in one line', async () => {
    const { status, stderr } = await cli(['bench', plan, '--shapes', 'image:2x3x16x16', ...quick], env());
    expect({ status, stderr: stderr.trim().split('\n') }).toEqual({
      status: 2,
      stderr: [
        expect.stringMatching(/^error ERR_USAGE: --shapes image:2x3x16x16: no optimization profile of .*1x3x16x16$/),
      ],
    });
  });

  it('inspect tells that nothing of it runs in INT8: the double computes in FP32', async () => {
    const inspected = await json('inspect', plan, '--model', int8);
    expect(inspected).toMatchObject({
      kind: 'plan',
      engine: { profilingVerbosity: 'detailed' },
      summary: {
        int8: [],
        fallbacks: ['Conv_conv0', 'Conv_conv1', 'Conv_conv2', 'Gemm_scores'].map((node) => ({
          node,
          precision: 'FP32',
        })),
      },
    });
  });
}
