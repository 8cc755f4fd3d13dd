import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileRange } from '#lib/data/byte-range.js';
import { toNumbers } from '#lib/data/convert.js';
import { decodeNpy } from '#lib/data/npy/decode.js';
import { NpyRows } from '#lib/data/npy/rows.js';
import type { Tensor } from '#lib/data/tensor.js';
import { encodeNpy } from './encode-npy.js';

const folder = new URL('../fixtures/data/npy/', import.meta.url).pathname;

async function openRows(path: string): Promise<NpyRows> {
  return NpyRows.open(await fileRange(path), path);
}

interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Record<string, Expected>;

async function decode(name: string): Promise<Tensor> {
  return decodeNpy(await readFile(join(folder, `${name}.npy`)), name);
}

function values({ data, dtype }: Tensor): (number | string)[] {
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  return wide ? Array.from(data, String) : Array.from(toNumbers(data, dtype));
}

describe('.npy files that NumPy wrote', () => {
  it.each(Object.keys(expected))('%s', async (name) => {
    const tensor = await decode(name);
    expect({ dtype: tensor.dtype, shape: tensor.shape, values: values(tensor) }).toEqual(expected[name]);
  });

  it.each(Object.keys(expected).filter((name) => (expected[name]!.shape[0] ?? 0) > 0))(
    '%s, row by row',
    async (name) => {
      const { shape, values: all } = expected[name]!;
      const file = await openRows(join(folder, `${name}.npy`));
      const rows = await Promise.all(Array.from({ length: shape[0]! }, (_, index) => file.row(index)));
      expect(rows.flatMap(values)).toEqual(all);
      expect(rows[0]!.shape).toEqual(shape.slice(1));
    },
  );
});

describe('files that cannot feed a network', () => {
  it.each([
    ['bad-object', 'ERR_DATA_DTYPE', /object.*never executed/],
    ['bad-structured', 'ERR_DATA_DTYPE', /structured/],
    ['bad-complex', 'ERR_DATA_DTYPE', /<c8/],
    ['bad-text', 'ERR_DATA_DTYPE', /<U2/],
    ['bad-datetime', 'ERR_DATA_DTYPE', /<M8\[D\]/],
    ['bad-truncated', 'ERR_DATA_FORMAT', /truncated/],
    ['bad-header', 'ERR_DATA_FORMAT', /header/],
    ['bad-magic', 'ERR_DATA_FORMAT', /magic/],
    ['bad-version', 'ERR_DATA_FORMAT', /version 9/],
    ['bad-empty', 'ERR_DATA_FORMAT', /it is empty/],
  ])('%s is refused, naming the file', async (name, code, message) => {
    const error = { name: 'CalibrtError', code, message: expect.stringMatching(message) as string };
    await expect(decode(name)).rejects.toMatchObject(error);
    await expect(decode(name)).rejects.toThrow(name);
    await expect(openRows(join(folder, `${name}.npy`))).rejects.toMatchObject(error);
  });

  it.each([1, 5, 9, 11])('%i bytes of a header are a truncated file', (length) => {
    const whole = encodeNpy({ dtype: 'float32', shape: [1], data: Float32Array.of(1) });
    const message = `cut: it is truncated: its header ends after ${length} bytes`;
    expect(() => decodeNpy(whole.subarray(0, length), 'cut')).toThrow(message);
  });

  it('takes the long integers of Python 2', () => {
    const data = Float32Array.of(1, 2);
    const bytes = encodeNpy({ dtype: 'float32', shape: [2], data })
      .toString('latin1')
      .replace('(2,), ', '(2L,),');
    expect(decodeNpy(Buffer.from(bytes, 'latin1'), 'old')).toEqual({ dtype: 'float32', shape: [2], data });
  });

  it('says which file is missing', async () => {
    await expect(openRows('/nowhere/x.npy')).rejects.toMatchObject({
      code: 'ERR_DATA_NOT_FOUND',
      message: expect.stringContaining('/nowhere/x.npy') as string,
    });
  });

  it('lists every fixture', async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.npy') && !name.startsWith('bad-'));
    expect(names.map((name) => name.replace('.npy', '')).sort()).toEqual(Object.keys(expected).sort());
  });
});

describe('round trip', () => {
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'calibrt-npy-'));
  });
  afterAll(() => rm(scratch, { recursive: true }));

  it('gives back any array, whole and by rows', async () => {
    const path = join(scratch, 'any.npy');
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.boolean(), fc.infiniteStream(fc.double()), async (shape, bigEndian, stream) => {
        const length = shape.reduce((product, size) => product * size, 1);
        const data = Float64Array.from({ length }, () => stream.next().value as number);
        const bytes = encodeNpy({ dtype: 'float64', shape, data }, bigEndian);
        expect(decodeNpy(bytes, 'any')).toEqual({ dtype: 'float64', shape, data });
        await writeFile(path, bytes);
        const file = await openRows(path);
        const row = length / shape[0]!;
        const last = shape[0]! - 1;
        expect((await file.row(last)).data).toEqual(data.slice(last * row));
      }),
      { numRuns: 50 },
    );
  });
});
