import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeNpy } from '../data/encode-npy.js';
import { cli, type CliResult } from '../helpers/cli.js';
import { repository } from '../helpers/fixture.js';

const demo = repository('demo/model.onnx');
const images = repository('demo/calibration');

let folder: string;
let out: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-bad-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  out = await mkdtemp(join(folder, 'out-'));
});

const input = (name: string): string => join(folder, name);

async function quantize(model: string, data: string, ...more: string[]): Promise<CliResult> {
  const preprocess = data.endsWith('.npy') ? [] : ['--pixel-format', 'gray', '--preset', 'unit'];
  return cli(['quantize', model, '-o', join(out, 'int8.onnx'), '--data', data, ...preprocess, ...more], {
    TMPDIR: out,
  });
}

/** One line that names the file, exit 1, nothing on disk, no stack. */
async function expectRefusal(result: CliResult, code: string, ...mentions: string[]): Promise<void> {
  expect(result.stderr).toMatch(new RegExp(`^error ${code}: `, 'm'));
  for (const mention of mentions) expect(result.stderr).toContain(mention);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.status).toBe(1);
  expect(result.stdout).toBe('');
  expect(await readdir(out)).toEqual([]);
}

describe('a bad model', () => {
  it('that is missing', async () => {
    await expectRefusal(await quantize(input('no.onnx'), images), 'ERR_MODEL_NOT_FOUND', 'no.onnx');
  });

  it.each(['empty', 'truncated', 'random', 'text'])('that is %s', async (kind) => {
    const whole = await readFile(demo);
    const random = Uint8Array.from({ length: 5000 }, (_, i) => (i * 2654435761) >>> 13);
    const content = {
      empty: '',
      truncated: whole.subarray(0, whole.length >> 1),
      random,
      text: '<html>not found</html>',
    };
    const path = input(`${kind}.onnx`);
    await writeFile(path, content[kind as keyof typeof content]);
    await expectRefusal(await quantize(path, images), 'ERR_MODEL_INVALID', path);
  });

  const cache = 'TRT-101600-EntropyCalibration2\ninput: 3c010a14\n';
  const commands: Record<string, (model: string) => string[]> = {
    calibrate: (model) => ['calibrate', model, '-o', join(out, 't.json'), '--data', images],
    build: (model) => ['build', model, '-o', join(out, 'x.plan')],
    inspect: (model) => ['inspect', model],
    table: (model) => ['table', model, '-o', join(out, 't.cache')],
    'eval, as the reference': (model) => ['eval', model, demo, '--data', images],
    'eval, as the candidate': (model) => ['eval', demo, model, '--data', images],
    sensitivity: (model) => ['sensitivity', model, '--data', images],
    migrate: (model) => ['migrate', model, '--cache', input('some.cache'), '-o', join(out, 'x.onnx')],
    lint: (model) => ['lint', model, '--fix', '-o', join(out, 'x.onnx')],
    bench: (model) => ['bench', demo, model],
  };

  it.each(Object.keys(commands))('that is cut short, given to %s', async (name) => {
    const path = input('short.onnx');
    await writeFile(path, (await readFile(demo)).subarray(0, -1));
    await writeFile(input('some.cache'), cache);
    await expectRefusal(await cli(commands[name]!(path), { TMPDIR: out }), 'ERR_MODEL_INVALID', path, 'end too early');
  });

  it.each(['inspect', 'lint', 'bench', 'eval'])('that is a pipe, for which %s does not wait', async (command) => {
    const path = input(`${command}.pipe`);
    execFileSync('mkfifo', [path]);
    const rest = command === 'eval' ? [demo, '--data', images] : [];
    await expectRefusal(await cli([command, path, ...rest], { TMPDIR: out }), 'ERR_MODEL_INVALID', path);
  });
});

describe('bad samples', () => {
  it('a folder that is not there', async () => {
    await expectRefusal(await quantize(demo, input('nowhere')), 'ERR_DATA_NOT_FOUND', 'nowhere');
  });

  it('an empty folder', async () => {
    await mkdir(input('nothing'));
    await expectRefusal(await quantize(demo, input('nothing')), 'ERR_DATA_EMPTY', 'nothing');
  });

  it.each([
    ['of a wrong shape', 'ERR_DATA_SHAPE', [3, 7, 5], new Float32Array(105)],
    [
      'with a NaN',
      'ERR_DATA_NOT_FINITE',
      [4, 1, 32, 32],
      Float32Array.from({ length: 4096 }, (_, i) => (i % 1024 === 9 ? NaN : i)),
    ],
  ])('an array %s', async (name, code, shape, data) => {
    const path = input(`${name.replaceAll(' ', '-')}.npy`);
    await writeFile(path, encodeNpy({ dtype: 'float32', shape, data }));
    await expectRefusal(await quantize(demo, path), code, path);
  });

  it('an array of a wrong type', async () => {
    const path = input('strings.npy');
    const numbers = encodeNpy({ dtype: 'float32', shape: [2, 1, 32, 32], data: new Float32Array(2048) });
    await writeFile(path, Buffer.from(numbers.toString('latin1').replace('<f4', '<U1'), 'latin1'));
    await expectRefusal(await quantize(demo, path), 'ERR_DATA_DTYPE', path);
  });

  it('that are zero throughout', async () => {
    const path = input('zeros.npy');
    await writeFile(path, encodeNpy({ dtype: 'float32', shape: [8, 1, 32, 32], data: new Float32Array(8192) }));
    await expectRefusal(await quantize(demo, path), 'ERR_CALIBRATION', path, 'zero');
  });

  it('one corrupt image is skipped, said and counted', async () => {
    const path = input('one-corrupt');
    await cp(images, path, { recursive: true });
    await writeFile(join(path, '0', 'corrupt.png'), 'no image');
    const result = await quantize(demo, path, '--limit', '1000', '--json');
    expect(result.status).toBe(0);
    expect(result.stderr).toContain('corrupt.png');
    expect(JSON.parse(result.stdout)).toMatchObject({ skippedSamples: 1 });
  });

  it('many corrupt images fail the run', async () => {
    const path = input('many-corrupt');
    await mkdir(path);
    const pixel = await sharp({ create: { width: 32, height: 32, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    for (let i = 0; i < 20; i++) await writeFile(join(path, `${i}.png`), i % 4 === 0 ? pixel.subarray(0, 40) : pixel);
    await expectRefusal(await quantize(demo, path), 'ERR_DATA_FORMAT', path);
  });
});

describe('a bad output', () => {
  it('in a folder that does not exist', async () => {
    const path = join(out, 'no', 'int8.onnx');
    const result = await cli(['quantize', demo, '-o', path, '--data', images]);
    await expectRefusal(result, 'ERR_OUTPUT', 'does not exist');
  });

  it('over the model itself', async () => {
    const result = await cli(['quantize', demo, '-o', demo, '--data', images]);
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).toContain('ERR_USAGE');
  });

  it.each([
    ['its timing cache', ['--timing-cache', 'same']],
    ['its calibration cache', ['--int8', '--calibrator', 'entropy2', '--data', images, '--cache', 'same']],
  ])('of a plan over %s', async (_, [flag, ...more]) => {
    const same = join(out, 'same');
    const rest = more.map((text) => (text === 'same' ? same : text));
    const result = await cli(['build', demo, '-o', same, flag!, ...rest]);
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).toMatch(/^error ERR_USAGE: the output .*same is .* too: choose another name/);
    expect(await readdir(out)).toEqual([]);
  });
});

describe('wrong usage', () => {
  it.each([
    ['an unknown flag', ['quantize', demo, '--dta', 'x']],
    ['a missing argument', ['quantize']],
    ['an unknown command', ['quantise', demo]],
    ['a wrong method', ['quantize', demo, '-o', 'x', '--method', 'best']],
    ['an empty name', ['quantize', '', '-o', 'x']],
    ['no samples', ['quantize', demo, '-o', join(tmpdir(), 'calibrt-never.onnx')]],
    [
      'a limit of nothing',
      ['quantize', demo, '-o', join(tmpdir(), 'calibrt-never.onnx'), '--data', images, '--limit', '0'],
    ],
  ])('%s: exit 2', async (_, args) => {
    const result = await cli(args);
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });
});
