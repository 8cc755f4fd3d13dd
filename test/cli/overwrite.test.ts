import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeNpy } from '../data/encode-npy.js';
import { cli } from '../helpers/cli.js';
import { fixture, repository } from '../helpers/fixture.js';

const demo = repository('demo/model.onnx');
const images = repository('demo/calibration');

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-overwrite-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Exit 2 with one line that says so, and every file as it was. */
async function expectKept(file: string, ...args: string[]): Promise<void> {
  const [names, before] = [await readdir(folder), await readFile(file)];
  const result = await cli(args);
  expect(result.stderr).toMatch(/^error ERR_USAGE: the output .* is read too: choose another name$/m);
  expect(result.status).toBe(2);
  expect((await readFile(file)).equals(before)).toBe(true);
  expect(await readdir(folder)).toEqual(names);
}

describe('an output that the run reads', () => {
  it.each(['quantize', 'calibrate', 'lint'])("%s: the model's external data", async (command) => {
    await cp(fixture('models/external'), folder, { recursive: true });
    const weights = at('weights.bin');
    const output = command === 'lint' ? ['--fix', '-o', weights] : ['-o', weights, '--data', images];
    const format = command === 'calibrate' ? ['--format', 'calibrt'] : [];
    await expectKept(weights, command, at('beside.onnx'), ...output, ...format);
  });

  it('the samples: an array', async () => {
    const samples = at('samples.npy');
    const data = new Float32Array(10 * 1024).fill(0.5);
    await writeFile(samples, encodeNpy({ dtype: 'float32', shape: [10, 1, 32, 32], data }));
    await expectKept(samples, 'quantize', demo, '-o', samples, '--data', samples);
  });

  it('the samples: their list, and the labels', async () => {
    const [list, labels] = [at('list.txt'), at('labels.txt')];
    const [first] = await readdir(join(images, '0'));
    await writeFile(list, `${join(images, '0', first!)}\n`);
    await writeFile(labels, `${first!} 0\n`);
    await expectKept(list, 'calibrate', demo, '-o', list, '--format', 'tpu-mlir', '--data', list);
    await expectKept(labels, 'quantize', demo, '-o', labels, '--data', list, '--labels', labels);
  });

  it('the samples: an image of a folder', async () => {
    await cp(join(images, '0'), at('images'), { recursive: true });
    const [image] = await readdir(at('images'));
    const path = join(at('images'), image!);
    await expectKept(path, 'quantize', demo, '-o', path, '--data', at('images'));
  });

  it('the configuration', async () => {
    const config = at('config.json');
    await writeFile(config, JSON.stringify({ data: [images], output: config }));
    await expectKept(config, 'quantize', demo, '--config', config);
  });
});

describe.runIf(process.platform === 'linux')('an output that cannot be printed', () => {
  it('is one line and exit 1', () => {
    const main = repository('dist/lib/cli/main.js');
    const { status, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" "${main}" inspect "${demo}" >/dev/full`], {
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/^error ERR_OUTPUT: cannot write .*ENOSPC/);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(1);
  });
});
