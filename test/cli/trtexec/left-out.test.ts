import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, repository } from '../../helpers/fixture.js';
import { planBytes, type DoubleOptions } from './backend-double.js';
import { runDouble } from './run-double.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-trtexec-left-out-'));
  await copyFile(repository('demo/model.onnx'), join(folder, 'model.onnx'));
  await copyFile(fixture('tiny-cnn-fp32.onnx'), join(folder, 'static.onnx'));
  await writeFile(join(folder, 'model.plan'), planBytes('10'));
});
afterAll(() => rm(folder, { recursive: true }));

const noGpu: DoubleOptions = { flavour: 'rtx', gpus: 0 };

/** Lines of the log by their level, of a run that passes without inference. */
async function linesOf(argv: readonly string[], options: DoubleOptions): Promise<{ info: string[]; warned: string[] }> {
  const run = await runDouble(
    ['--skipInference', ...argv].map((argument) => argument.replace('DIR', folder)),
    options,
  );
  expect(run.status).toBe(0);
  const texts = (letter: string): string[] =>
    run.log
      .split('\n')
      .flatMap((line) => (line.includes(`] [${letter}] `) ? [line.replace(/^\[.*?\] \[.\] /, '')] : []));
  return { info: texts('I'), warned: texts('W') };
}

describe('what --skipInference leaves out is told by its flag', () => {
  it.each(['--exportTimes', '--exportOutput', '--exportProfile'])('%s, with the file', async (flag) => {
    const file = join(folder, 'out.json');
    for (const [source, options] of [
      ['--onnx=DIR/model.onnx', noGpu],
      ['--onnx=DIR/model.onnx', {}],
      ['--loadEngine=DIR/model.plan', {}],
    ] as const) {
      const { warned } = await linesOf([source, `${flag}=${file}`], options);
      expect(warned).toContain(`${flag}: ${file} was not written: with --skipInference the engine does not run`);
      expect(existsSync(file)).toBe(false);
    }
  });

  it.each(['--dumpOutput', '--dumpProfile', '--dumpRawBindingsToFile'])('%s', async (flag) => {
    const { warned } = await linesOf(['--onnx=DIR/model.onnx', flag], noGpu);
    expect(warned).toContain(`${flag} has nothing to tell: with --skipInference the engine does not run`);
  });

  it('layers without a GPU, and with one not', async () => {
    const file = join(folder, 'layers.json');
    const flags = ['--onnx=DIR/model.onnx', '--dumpLayerInfo', `--exportLayerInfo=${file}`];
    const { warned } = await linesOf(flags, noGpu);
    const why = 'an engine is loaded on a GPU alone (the driver sees no GPU)';
    expect(warned).toContain(`--exportLayerInfo: ${file} was not written: ${why}`);
    expect(warned).toContain(`--dumpLayerInfo has nothing to tell: ${why}`);
    expect(existsSync(file)).toBe(false);
    expect((await linesOf(flags, {})).warned.join()).not.toContain('LayerInfo');
    expect(existsSync(file)).toBe(true);
  });
});

describe('--dumpOptimizationProfile without a GPU tells what the engine was built for', () => {
  it('of dynamic inputs, in each profile', async () => {
    const profiles = [1, 4].flatMap((batch, index) => [
      `--profile=${index}`,
      ...['min', 'opt', 'max'].map((which, step) => `--${which}Shapes=input:${batch + step}x1x32x32`),
    ]);
    const { info } = await linesOf(['--onnx=DIR/model.onnx', '--dumpOptimizationProfile', ...profiles], noGpu);
    expect(info).toContain('Model input input (profile 0): min=1x1x32x32, opt=2x1x32x32, max=3x1x32x32');
    expect(info).toContain('Model input input (profile 1): min=4x1x32x32, opt=5x1x32x32, max=6x1x32x32');
  });

  it('of inputs with fixed dimensions', async () => {
    const { info } = await linesOf(['--onnx=DIR/static.onnx', '--dumpOptimizationProfile'], noGpu);
    expect(info).toContain('Model input image (profile 0): min=1x3x16x16, opt=1x3x16x16, max=1x3x16x16');
  });
});
