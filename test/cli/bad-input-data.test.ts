import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Graph, GraphNode, Initializer, Model } from '#lib/model/index.js';
import { ValueInfo } from '#lib/model/value-info.js';
import { encodeNpy } from '../data/encode-npy.js';
import { cli, type CliResult } from '../helpers/cli.js';
import { fixture, repository } from '../helpers/fixture.js';
import { withFullDisk, withoutFullDisk } from './full-disk.js';
import { broken, zip } from './zip.js';

const demo = repository('demo/model.onnx');
const images = repository('demo/calibration');
const preprocess = ['--pixel-format', 'gray', '--preset', 'unit'];

let folder: string;
let out: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-bad-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  out = await mkdtemp(at('out-'));
});

/** `calibrt quantize`, with all it may write, temporary files included, below `out`. */
function quantize(model: string, ...more: string[]): Promise<CliResult> {
  return cli(['quantize', model, '-o', join(out, 'int8.onnx'), ...more], { TMPDIR: out });
}

/** One line that says where, what and what to do; exit 1; nothing on stdout or on disk; no stack. */
async function expectRefusal(result: CliResult, code: string, ...mentions: (string | RegExp)[]): Promise<void> {
  const errors = result.stderr.split('\n').filter((line) => line.startsWith('error '));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(new RegExp(`^error ${code}: `));
  for (const mention of mentions) expect(errors[0]).toMatch(mention);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result).toMatchObject({ status: 1, stdout: '' });
  expect(await readdir(out)).toEqual([]);
}

describe('external data', () => {
  const model = (name: string): string => fixture(`models/external/${name}.onnx`);

  it.each([
    ['missing', /nowhere\.bin.*put it beside the model/],
    ['outside', /outside the model's folder.*move the file there/],
    ['absolute', /outside the model's folder.*move the file there/],
    ['short', /weights\.bin holds 620 bytes.*truncated/],
  ])('%s', async (name, what) => {
    await expectRefusal(await quantize(model(name), '--data', images), 'ERR_MODEL_INVALID', model(name), what);
  });
});

describe('an unknown operator', () => {
  it.each([
    ['that claims to be of ONNX', '', 'ERR_MODEL_UNSUPPORTED', /node "boxes" uses FindBoxes.*without plugins/],
    ['of a domain of its own', 'com.example', 'ERR_MODEL_UNSUPPORTED', /uses com\.example\.FindBoxes.*without plugins/],
    ['of ONNX Runtime’s domain', 'com.microsoft', 'ERR_MODEL_INVALID', /com\.microsoft:FindBoxes.*not a registered/],
  ])('%s', async (_, domain, code, what) => {
    const path = at(`plugin-${domain}.onnx`);
    await pluginModel(domain).save(path);
    await writeFile(at('x.npy'), encodeNpy({ dtype: 'float32', shape: [4, 1, 8, 8], data: new Float32Array(256) }));
    await expectRefusal(await quantize(path, '--data', at('x.npy')), code, path, what);
  });

  function pluginModel(domain: string): Model {
    const value = (name: string, shape: number[]): ValueInfo => ValueInfo.create({ name, dtype: 'float32', shape });
    const weights = { dtype: 'float32', shape: [2, 1, 3, 3], data: new Float32Array(18).fill(0.1) } as const;
    const graph = Graph.create({
      name: 'plugin',
      nodes: [
        GraphNode.create({ opType: 'Conv', name: 'conv', inputs: ['x', 'w'], outputs: ['features'] }),
        GraphNode.create({ opType: 'FindBoxes', name: 'boxes', inputs: ['features'], outputs: ['y'], domain }),
      ],
      initializers: [Initializer.create('w', weights)],
      inputs: [value('x', [1, 1, 8, 8])],
      outputs: [value('y', [1, 2, 6, 6])],
    });
    return Model.create(graph, 8, new Map([['', 13]]).set(domain, domain === '' ? 13 : 1));
  }
});

describe('a table', () => {
  let table: string;
  beforeAll(async () => {
    table = at('table.json');
    const result = await cli(['calibrate', demo, '-o', table, '--data', images, ...preprocess, '--limit', '10']);
    expect(result.status).toBe(0);
  });

  it('of another model', async () => {
    const other = fixture('tiny-cnn-fp32.onnx');
    await expectRefusal(
      await quantize(other, '--table', table),
      'ERR_TABLE_MISMATCH',
      table,
      'model.onnx',
      /calibrate/,
    );
  });

  it('without the model’s tensors', async () => {
    const cache = at('other.cache');
    await writeFile(cache, 'TRT-101600-EntropyCalibration2\nnobody: 3c010a14\n');
    await expectRefusal(
      await quantize(demo, '--table', cache),
      'ERR_TABLE_MISMATCH',
      cache,
      /no range for .*calibrate/,
    );
  });

  it('that is cut short', async () => {
    const path = at('cut.json');
    await writeFile(path, (await readFile(table)).subarray(0, 3000));
    await expectRefusal(await quantize(demo, '--table', path), 'ERR_TABLE_INVALID', path);
  });

  it('that is missing', async () => {
    await expectRefusal(await quantize(demo, '--table', at('no.json')), 'ERR_TABLE_INVALID', 'no.json');
  });
});

describe('a list', () => {
  it('with missing files', async () => {
    await cp(join(images, '0'), at('listed'), { recursive: true });
    const [first] = await readdir(at('listed'));
    await writeFile(at('list.txt'), `listed/${first!}\nlisted/gone.png\nlisted/lost.png\n`);
    const result = await quantize(demo, '--data', at('list.txt'), ...preprocess);
    await expectRefusal(result, 'ERR_DATA_NOT_FOUND', /list\.txt, line 2: .*gone\.png.*2 of 3 files.*relative/);
  });

  it('of nothing', async () => {
    await writeFile(at('comments.txt'), '# nothing\n\n');
    await expectRefusal(await quantize(demo, '--data', at('comments.txt')), 'ERR_DATA_EMPTY', at('comments.txt'));
  });
});

describe('a .npy file', () => {
  it.each([
    ['object', 'ERR_DATA_DTYPE', /object.*never executed.*save a float/],
    ['truncated', 'ERR_DATA_FORMAT', /truncated/],
    ['magic', 'ERR_DATA_FORMAT', /magic.*numpy\.save/],
    ['empty', 'ERR_DATA_FORMAT', /it is empty.*numpy\.save/],
    ['header', 'ERR_DATA_FORMAT', /header is damaged/],
  ])('of a bad kind (%s), as an array of samples and in a folder of samples', async (kind, code, what) => {
    const path = fixture(`data/npy/bad-${kind}.npy`);
    await expectRefusal(await quantize(demo, '--data', path), code, path, what);
    await mkdir(at(kind));
    await symlink(path, join(at(kind), 'sample.npy'));
    await expectRefusal(await quantize(demo, '--data', at(kind)), code, 'sample.npy', what);
  });
});

describe('a .npz file', () => {
  const array = encodeNpy({ dtype: 'float32', shape: [4, 1, 32, 32], data: new Float32Array(4096).fill(1) });

  it.each([
    ['cut short', zip([['input.npy', array]]).subarray(0, -30), /numpy\.savez/],
    ['no archive', Buffer.from('no archive at all, but text'), /numpy\.savez/],
    ['encrypted', zip([['input.npy', array]], { encrypted: true }), /\[input\] is encrypted.*numpy\.savez/],
    ['with a wrong checksum', zip([['input.npy', array]], { deflated: true, checksum: 1 }), /checksum.*numpy\.savez/],
    ['with a broken stream', broken(zip([['input.npy', array]], { deflated: true })), /numpy\.savez/],
    [
      'with no array of the input’s name',
      zip([
        ['picture.npy', array],
        ['mask.npy', array],
      ]),
      /no array named input.*picture, mask/,
    ],
  ])('%s', async (kind, content, what) => {
    const path = at(`${kind.replaceAll(' ', '-')}.npz`);
    await writeFile(path, content);
    await expectRefusal(await quantize(demo, '--data', path), 'ERR_DATA_FORMAT', path, what);
  });
});

it('a pipe of samples, for which nothing waits', async () => {
  execFileSync('mkfifo', [at('pipe.npy')]);
  await expectRefusal(
    await quantize(demo, '--data', at('pipe.npy')),
    'ERR_DATA_FORMAT',
    at('pipe.npy'),
    /regular file/,
  );
});

describe('samples by name', () => {
  it('for an input that there is not', async () => {
    const result = await quantize(demo, '--data', `picture=${images}`, ...preprocess);
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).toMatch(
      /^error ERR_USAGE: --data picture=.*: the network has no input picture, only input$/m,
    );
  });

  it('for one input twice', async () => {
    const result = await quantize(demo, '--data', `input=${images}`, '--data', images, ...preprocess);
    await expectRefusal(result, 'ERR_DATA_FORMAT', 'input', 'several places');
  });
});

describe(`a full disk${withoutFullDisk}`, () => {
  it.skipIf(withoutFullDisk !== '').each(['int8.onnx', 'table.json'])('under %s', async (name) => {
    const verb = name.endsWith('.onnx') ? 'quantize' : 'calibrate';
    const args = [verb, demo, '-o', join(out, name), '--data', images, ...preprocess, '--limit', '10'];
    await expectRefusal(await withFullDisk(out, args), 'ERR_OUTPUT', join(out, name), 'the disk is full');
  });

  it.skipIf(withoutFullDisk !== '')('under temporary files', async () => {
    const args = ['quantize', demo, '-o', at('never.onnx'), '--data', images, ...preprocess, '--limit', '10'];
    await expectRefusal(await withFullDisk(out, args, { TMPDIR: out }), 'ERR_OUTPUT', out, 'the disk is full');
    expect(await readdir(folder)).not.toContain('never.onnx');
  });
});
