import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset, type DataSpec, type Dataset, type ModelInput } from '#lib/data/index.js';
import type { TensorData } from '#lib/data/tensor.js';
import { encodeNpy } from './encode-npy.js';
import { png, scratchFolder } from './scratch.js';

const image: ModelInput = { name: 'image', dtype: 'float32', shape: ['N', 3, 2, 4] };
const vector: ModelInput = { name: 'x', dtype: 'float32', shape: [null, 3] };
const ids: ModelInput = { name: 'ids', dtype: 'int64', shape: [null, 2] };

const npz = new URL('../fixtures/data/npz/', import.meta.url).pathname;
const npzInputs: ModelInput[] = [
  { name: 'image', dtype: 'float32', shape: [1, 3, 2, 2] },
  { name: 'ids', dtype: 'int64', shape: [1, 2] },
];

function open(path: string, inputs: readonly ModelInput[], spec: Partial<DataSpec> = {}): Promise<Dataset> {
  return openDataset({ sources: [{ path }], ...spec }, inputs);
}

function npy(values: readonly number[], shape: readonly number[] = [values.length]): Buffer {
  return encodeNpy({ dtype: 'float32', shape, data: Float32Array.from(values) });
}

async function firstValues(dataset: Dataset, input: string): Promise<(number | bigint)[]> {
  const samples = await Promise.all(dataset.names.map((_, index) => dataset.read(index)));
  return samples.map((sample) => sample.inputs[input]!.data[0]!);
}

function data(values: TensorData | undefined): unknown[] {
  return Array.from(values as Float32Array);
}

describe('folders', () => {
  it('of images, in the order of their names', async () => {
    const folder = await scratchFolder({
      'b.png': await png([2, 0, 0]),
      'a.PNG': await png([1, 0, 0]),
      '.hidden.png': 'x',
      'notes.md': 'x',
    });
    const dataset = await open(folder, [image]);
    expect(dataset.names).toEqual([join(folder, 'a.PNG'), join(folder, 'b.png')]);
    expect(await firstValues(dataset, 'image')).toEqual([1, 2]);
    expect((await dataset.read(0)).inputs['image']).toMatchObject({ dtype: 'float32', shape: [1, 3, 2, 4] });
    expect(dataset.describe()).toMatchObject({
      kind: 'images',
      preprocess: { image: { size: { width: 4, height: 2 } } },
    });
    expect(dataset.labelled).toBe(false);
  });

  it('of classes: the label is the place of the folder among the sorted ones', async () => {
    const dataset = await open(
      await scratchFolder({
        'dog/1.png': await png([3, 0, 0]),
        'cat/2.png': await png([2, 0, 0]),
        'cat/1.png': await png([1, 0, 0]),
        'ape/readme.txt': 'x',
      }),
      [image],
    );
    const samples = await Promise.all([0, 1, 2].map((index) => dataset.read(index)));
    expect(samples.map(({ label }) => label)).toEqual([1, 1, 2]);
    expect(dataset.describe().classNames).toEqual(['ape', 'cat', 'dog']);
    expect(await firstValues(dataset, 'image')).toEqual([1, 2, 3]);
  });

  it('of .npy files, with and without the batch axis', async () => {
    const dataset = await open(await scratchFolder({ 'a.npy': npy([1, 2, 3]), 'b.npy': npy([4, 5, 6], [1, 3]) }), [
      vector,
    ]);
    const samples = await Promise.all([0, 1].map((index) => dataset.read(index)));
    expect(samples.map(({ inputs }) => inputs['x']!.shape)).toEqual([
      [1, 3],
      [1, 3],
    ]);
    expect(samples.flatMap(({ inputs }) => data(inputs['x']!.data))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('of raw files, their size checked', async () => {
    const raw = (values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
    const dataset = await open(await scratchFolder({ 'a.bin': raw([1, 2, 3]), 'b.bin': raw([1, 2]) }), [vector]);
    expect(data((await dataset.read(0)).inputs['x']!.data)).toEqual([1, 2, 3]);
    await expect(dataset.read(1)).rejects.toMatchObject({
      code: 'ERR_DATA_SHAPE',
      message: expect.stringMatching(/b\.bin: input x takes \[1, 3\] float32, 12 bytes, found 8/) as string,
    });
  });

  it('of archives, whose arrays are named like the inputs', async () => {
    const dataset = await open(join(npz, 'unnamed.npz'), [npzInputs[0]!]);
    expect(dataset.size).toBe(5);
    const folder = await scratchFolder();
    await writeFile(join(folder, 'a.npz'), '');
    await expect((await open(folder, npzInputs)).read(0)).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT' });
  });
});

describe('single files', () => {
  it('.npy: the first axis counts samples', async () => {
    const folder = await scratchFolder({ 'all.npy': npy([1, 2, 3, 4, 5, 6], [2, 3]) });
    const dataset = await open(join(folder, 'all.npy'), [vector]);
    expect(dataset.names).toEqual([`${folder}/all.npy#0`, `${folder}/all.npy#1`]);
    expect(data((await dataset.read(1)).inputs['x']!.data)).toEqual([4, 5, 6]);
  });

  it.each(['stored.npz', 'deflated.npz', 'fortran.npz'])('%s: an array for each input', async (name) => {
    const dataset = await open(join(npz, name), npzInputs);
    expect(dataset.size).toBe(5);
    expect(await firstValues(dataset, 'image')).toEqual([0, 12, 24, 36, 48]);
    const { inputs } = await dataset.read(4);
    expect(data(inputs['image']!.data)).toEqual(Array.from({ length: 12 }, (_, index) => 48 + index));
    expect(inputs['ids']).toEqual({ dtype: 'int64', shape: [1, 2], data: BigInt64Array.of(8n, 9n) });
  });

  it('.npz: arrays of other names are left alone', async () => {
    const dataset = await open(join(npz, 'stored.npz'), [npzInputs[0]!]);
    expect(Object.keys((await dataset.read(0)).inputs)).toEqual(['image']);
    await expect(open(join(npz, 'stored.npz'), [vector])).rejects.toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: expect.stringMatching(/no array named x, as the input is: it has image, ids\./) as string,
    });
  });

  it('.npz: names that look like paths', async () => {
    const dataset = await open(join(npz, 'slash.npz'), [{ ...npzInputs[0]!, name: '/image:0' }]);
    expect(await firstValues(dataset, '/image:0')).toEqual([0, 12, 24, 36, 48]);
  });

  it.each([
    ['lengths.npz', 'ERR_DATA_SHAPE', /5 for image, 4 for ids/],
    [
      'slash.npz',
      'ERR_DATA_FORMAT',
      /no array named image, as the input is: it has \/image:0.*savez\(path, \*\*\{'image': …/,
    ],
    ['bad-truncated.npz', 'ERR_DATA_FORMAT', /no readable \.npz archive/],
    ['bad-text.npz', 'ERR_DATA_FORMAT', /no readable \.npz archive/],
    ['bad-empty.npz', 'ERR_DATA_FORMAT', /no readable \.npz archive/],
    ['bad-deflate.npz', 'ERR_DATA_FORMAT', /no readable \.npz archive/],
    ['bad-encrypted.npz', 'ERR_DATA_FORMAT', /encrypted/],
    ['none.npz', 'ERR_DATA_NOT_FOUND', /does not exist/],
  ])('%s is refused, naming the file', async (name, code, message) => {
    const opening = open(join(npz, name), npzInputs);
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    await expect(opening).rejects.toThrow(name);
  });

  it('a damaged sample is found by its checksum', async () => {
    const folder = await scratchFolder({
      'a.npz': await import('node:fs').then((fs) => fs.readFileSync(join(npz, 'bad-checksum.npz'))),
    });
    const wide = npzInputs.map((input) => ({ ...input, shape: [null, ...input.shape.slice(1)] }));
    await expect((await open(folder, wide)).read(0)).rejects.toThrow(/a\.npz\[image\].*checksum is wrong/);
  });
});

describe('lists', () => {
  it('name files relative to themselves, of any kind', async () => {
    const folder = await scratchFolder({
      'data/a.npy': npy([1, 2, 3]),
      'b, c.npy': npy([4, 5, 6]),
      'lists/all.txt': '# samples\r\n../data/a.npy\r\n\r\n../b, c.npy\r\n',
    });
    const dataset = await open(join(folder, 'lists/all.txt'), [vector]);
    expect(dataset.names).toEqual([join(folder, 'data/a.npy'), join(folder, 'b, c.npy')]);
    expect(await firstValues(dataset, 'x')).toEqual([1, 4]);
  });

  it('have a column for each input, in the order of the network', async () => {
    const folder = await scratchFolder({
      'a.png': await png([7, 0, 0]),
      'a.npy': encodeNpy({ dtype: 'int64', shape: [2], data: BigInt64Array.of(3n, 4n) }),
      'all.txt': 'a.png, a.npy\n',
    });
    const dataset = await open(join(folder, 'all.txt'), [image, ids]);
    const { inputs } = await dataset.read(0);
    expect(inputs['image']!.data[0]).toBe(7);
    expect(inputs['ids']!.data).toEqual(BigInt64Array.of(3n, 4n));
    expect(dataset.describe()).toMatchObject({ kind: 'images and npy', preprocess: { image: { layout: 'nchw' } } });
  });

  it.each([
    ['', 'ERR_DATA_EMPTY', /lists no samples/],
    ['a.npy\nb.npy\nc.npy\n', 'ERR_DATA_NOT_FOUND', /all\.txt, line 2: .*b\.npy does not exist \(2 of 3 files/],
    [
      'a.npy, a.npy\n',
      'ERR_DATA_NOT_FOUND',
      /line 1: .*one input \(x\), so a line is one path and a comma a part of it$/,
    ],
    ['notes.md\n', 'ERR_DATA_FORMAT', /line 1: .*notes\.md is no kind of sample/],
  ])('%j is refused', async (text, code, message) => {
    const folder = await scratchFolder({ 'a.npy': npy([1, 2, 3]), 'notes.md': '', 'all.txt': text });
    const opening = open(join(folder, 'all.txt'), [vector]);
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('with a wrong number of columns are refused', async () => {
    const folder = await scratchFolder({ 'a.npy': npy([1, 2, 3]), 'all.txt': 'a.npy, a.npy\na.npy\n' });
    await expect(open(join(folder, 'all.txt'), [vector, { ...vector, name: 'y' }])).rejects.toThrow(
      /line 2: expected 2 paths separated by commas \(for x, y\), found 1/,
    );
  });
});

describe('several inputs', () => {
  const named = (sources: DataSpec['sources'], inputs: readonly ModelInput[]): Promise<Dataset> => {
    return openDataset({ sources }, inputs);
  };
  const y = { ...vector, name: 'y' };

  it('pair by name, whatever the suffix and the source', async () => {
    const images = await scratchFolder({ '2.png': await png([2, 0, 0]), '1.jpeg.png': await png([1, 0, 0]) });
    const vectors = await scratchFolder({ '2.npy': npy([20, 0, 0]), '1.jpeg.npy': npy([10, 0, 0]) });
    const dataset = await named(
      [
        { input: 'x', path: vectors },
        { input: 'image', path: images },
      ],
      [image, vector],
    );
    const { inputs } = await dataset.read(1);
    expect([inputs['image']!.data[0], inputs['x']!.data[0]]).toEqual([2, 20]);
  });

  it('pair by place where one is an array', async () => {
    const folder = await scratchFolder({
      'x/a.npy': npy([1, 0, 0]),
      'x/b.npy': npy([2, 0, 0]),
      'y.npy': npy([3, 0, 0, 4, 0, 0], [2, 3]),
    });
    const sources = [
      { input: 'x', path: join(folder, 'x') },
      { input: 'y', path: join(folder, 'y.npy') },
    ];
    const dataset = await named(sources, [vector, y]);
    expect(await firstValues(dataset, 'x')).toEqual([1, 2]);
    expect(await firstValues(dataset, 'y')).toEqual([3, 4]);
  });

  it('are refused where they do not fit', async () => {
    const folder = await scratchFolder({
      'x/a.npy': npy([1, 0, 0]),
      'y/b.npy': npy([1, 0, 0]),
      'z.npy': npy([1, 0, 0, 1, 0, 0], [2, 3]),
    });
    const x = { input: 'x', path: join(folder, 'x') };
    await expect(named([{ path: join(folder, 'x') }], [vector, y])).rejects.toThrow(
      /2 inputs \(x, y\): say which one with --data NAME=PATH/,
    );
    await expect(named([x], [vector, y])).rejects.toThrow(/input y gets no data: give --data y=PATH/);
    await expect(named([x, x], [vector])).rejects.toThrow(/input x gets data from several places/);
    await expect(named([{ input: 'q', path: folder }], [vector])).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringMatching(/^--data q=.*: the network has no input q, only x$/) as string,
    });
    await expect(named([x, { input: 'y', path: join(folder, 'y') }], [vector, y])).rejects.toThrow(
      /a\.npy has no partner among the samples of y/,
    );
    await expect(named([x, { input: 'y', path: join(folder, 'z.npy') }], [vector, y])).rejects.toThrow(
      /1 for x, 2 for y/,
    );
  });
});

describe('labels', () => {
  it('come from a file, by any end of the path, with or without suffix', async () => {
    const folder = await scratchFolder({
      'a.npy': npy([1, 2, 3]),
      'b.npy': npy([1, 2, 3]),
      'c d.npy': npy([1, 2, 3]),
      labels: 'a.npy 7\nb 8\nc d.npy  9\n\n# done\n',
    });
    const dataset = await open(folder, [vector], { labels: join(folder, 'labels') });
    const samples = await Promise.all([0, 1, 2].map((index) => dataset.read(index)));
    expect(samples.map(({ label }) => label)).toEqual([7, 8, 9]);
  });

  it('may be names, numbered in sorted order', async () => {
    const folder = await scratchFolder({ 'a.npy': npy([1, 2, 3, 4, 5, 6], [2, 3]), labels: '0 dog\n1 cat\n' });
    const dataset = await open(join(folder, 'a.npy'), [vector], { labels: join(folder, 'labels') });
    expect([(await dataset.read(0)).label, (await dataset.read(1)).label]).toEqual([1, 0]);
    expect(dataset.describe().classNames).toEqual(['cat', 'dog']);
  });

  it.each([
    ['z.npy 1\n', /names none of the 1 samples/],
    ['a.npy\n', /line 1: expected `file label`/],
    ['', /holds no `file label` lines/],
    ['# split\na.npy -1\n', /labels, line 2: -1 is no label: .*whole number from 0, or the name/],
    ['a.npy 1.5\n', /line 1: 1\.5 is no label/],
    ['b.npy cat\na.npy 1e3\n', /line 2: 1e3 is no label/],
    [
      'a.npy\x1b[2J 1\n',
      /line 1: it is no text \(control character 0x1b\): expected `file label` lines.*check --labels$/,
    ],
  ])('%j is refused', async (text, message) => {
    const folder = await scratchFolder({ 'a.npy': npy([1, 2, 3]), labels: text });
    const opening = open(folder, [vector], { labels: join(folder, 'labels') });
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('bad samples', () => {
  it.each([
    ['ERR_DATA_SHAPE', npy([1, 2]), /a\.npy: input x takes \[\?, 3\], one sample being \[1, 3\], found \[2\]/],
    ['ERR_DATA_SHAPE', npy([1, 2, 3, 4, 5, 6], [2, 3]), /found \[2, 3\]: give one sample per file/],
    [
      'ERR_DATA_DTYPE',
      encodeNpy({ dtype: 'int64', shape: [3], data: BigInt64Array.of(1n, 2n, 3n) }),
      /takes float32, found int64/,
    ],
    ['ERR_DATA_NOT_FINITE', npy([1, NaN, 3]), /a\.npy: input x holds NaN at element 1/],
    ['ERR_DATA_NOT_FINITE', npy([1, 2, -Infinity]), /holds -Infinity at element 2/],
    [
      'ERR_DATA_NOT_FINITE',
      encodeNpy({ dtype: 'float64', shape: [3], data: Float64Array.of(1, 1e39, 3) }),
      /holds Infinity at element 1/,
    ],
  ])('%s', async (code, file, message) => {
    const dataset = await open(await scratchFolder({ 'a.npy': file }), [vector]);
    await expect(dataset.read(0)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it.each([
    [{}, 'ERR_DATA_EMPTY', /it has no files/],
    [
      { 'a.bmp': '', 'b.doc': '' },
      'ERR_DATA_EMPTY',
      /found 2 files of kinds that are not read \(\.bmp, \.doc\); expected \.jpg/,
    ],
    [
      { 'a/b/1.npy': '', 'a/b/2.npy': '', 'a/c/d': '' },
      'ERR_DATA_EMPTY',
      /found 2 samples in a\/b, deeper than is searched;/,
    ],
    [{ 'a/b/c/1.npy': '', 'a/x.bmp': '' }, 'ERR_DATA_EMPTY', /found a\/b, deeper than is searched and 1 file of/],
    [{ 'a.npy': '', 'b.png': '' }, 'ERR_DATA_FORMAT', /holds npy and images files/],
  ])('a folder with %j is refused', async (files, code, message) => {
    const opening = open(await scratchFolder(files), [vector]);
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('preprocessing that would not be done is refused', async () => {
    const folder = await scratchFolder({ 'a.npy': npy([1, 2, 3]) });
    const opening = open(folder, [vector], { preprocess: { mean: [127], std: [128] } });
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringMatching(
        /preprocessing \(mean, std\) applies to images, but the samples are npy/,
      ) as string,
    });
  });

  it('a list that is no text is refused, without a byte of it in the message', async () => {
    const folder = await scratchFolder({ 'list.txt': Buffer.from('a.npy\n\x89PNG\r\n\x1a\n\0', 'latin1') });
    await expect(open(join(folder, 'list.txt'), [vector])).rejects.toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: expect.stringMatching(
        /list\.txt, line 3: it is no text \(control character 0x1a\): expected one path per line, in UTF-8; check --data$/,
      ) as string,
    });
  });

  it('a path that reads as NAME=PATH is told how to be written', async () => {
    const folder = await scratchFolder({ 'a=b/1.npy': npy([1, 2, 3]) });
    const opening = openDataset({ sources: [{ input: join(folder, 'a'), path: 'b' }] }, [vector]);
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringMatching(/has no input .*a, only x; for the path of that name write \.\/.*a=b$/) as string,
    });
  });

  it('what is missing, or no samples at all, is named', async () => {
    const folder = await scratchFolder({ 'a.xyz': '' });
    await expect(open(join(folder, 'none'), [vector])).rejects.toMatchObject({ code: 'ERR_DATA_NOT_FOUND' });
    await expect(open(join(folder, 'a.xyz'), [vector])).rejects.toThrow(/a\.xyz: \.xyz is no kind of samples/);
    await expect(openDataset({ sources: [] }, [vector])).rejects.toMatchObject({ code: 'ERR_USAGE' });
    const samples = await scratchFolder({ 'a.npy': npy([1, 2, 3]) });
    await expect(open(samples, [vector], { labels: join(folder, 'none') })).rejects.toMatchObject({
      code: 'ERR_DATA_NOT_FOUND',
      message: expect.stringMatching(/none does not exist: check --labels$/) as string,
    });
  });

  it('a file that goes away is not taken for a corrupt one', async () => {
    const folder = await scratchFolder({ 'a.png': await png([1, 2, 3]) });
    const dataset = await open(folder, [image]);
    await rm(join(folder, 'a.png'));
    await expect(dataset.read(0)).rejects.toMatchObject({ code: 'ERR_DATA_NOT_FOUND' });
  });
});

describe('hash', () => {
  it('tells of the content that was chosen, not of order, names and places', async () => {
    const files = { 'a.npy': npy([1, 2, 3]), 'b.npy': npy([4, 5, 6]), 'c.npy': npy([7, 8, 9]) };
    const dataset = await open(await scratchFolder(files), [vector]);
    const renamed = await open(await scratchFolder({ 'z.npy': files['a.npy'], 'y.npy': files['b.npy'] }), [vector]);
    const hash = await dataset.hash([0, 1]);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await dataset.hash([1, 0])).toBe(hash);
    expect(await renamed.hash([0, 1])).toBe(hash);
    expect(await dataset.hash([0, 2])).not.toBe(hash);
    expect(await dataset.hash([0])).not.toBe(hash);
    expect(await dataset.hash([0, 0])).not.toBe(hash);
  });

  it('is the same for a row wherever it is stored', async () => {
    const whole = await scratchFolder({
      'all.npy': npy([1, 2, 3, 4, 5, 6], [2, 3]),
      'part.npy': npy([4, 5, 6], [1, 3]),
    });
    const all = await open(join(whole, 'all.npy'), [vector]);
    const part = await open(join(whole, 'part.npy'), [vector]);
    expect(await all.hash([1])).toBe(await part.hash([0]));
    expect(await all.hash([0])).not.toBe(await part.hash([0]));
  });
});
