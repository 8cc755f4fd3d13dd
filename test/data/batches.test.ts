import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corruptSample } from '#lib/data/corrupt.js';
import {
  openDataset,
  readBatches,
  type Batch,
  type Dataset,
  type ModelInput,
  type ReadOptions,
} from '#lib/data/index.js';
import { CalibrtError } from '#lib/errors.js';
import { png, scratchFolder } from './scratch.js';

const input: ModelInput = { name: 'x', dtype: 'float32', shape: [null, null] };

/** Samples made on the spot: sample i holds i, `length(i)` times; reading takes a random while. */
function madeUp(size: number, overrides: Partial<Dataset> = {}, length: (index: number) => number = () => 2): Dataset {
  return {
    inputs: [input],
    size,
    names: Array.from({ length: size }, (_, index) => `s${index}`),
    labelled: false,
    describe: () => ({ kind: 'made up', preprocess: {} }),
    async read(index) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
      const data = new Float32Array(length(index)).fill(index);
      return { name: `s${index}`, inputs: { x: { dtype: 'float32', shape: [1, data.length], data } } };
    },
    hash: () => Promise.resolve(''),
    ...overrides,
  };
}

async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

function corrupt(name: string): CalibrtError {
  return corruptSample(name, 'made up', new Error('underneath'));
}

describe('order', () => {
  it('is that of the indices, whatever the batch and the prefetch', async () => {
    const indices = fc.uniqueArray(fc.nat(29), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(
        indices,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 8 }),
        async (order, batch, prefetch) => {
          const batches = await collect(readBatches(madeUp(30), order, { batch, prefetch }));
          expect(batches.flatMap(({ names }) => names)).toEqual(order.map((index) => `s${index}`));
          const values = batches.flatMap(({ inputs }) => Array.from(inputs['x']!.data as Float32Array));
          expect(values).toEqual(order.flatMap((index) => [index, index]));
          expect(batches.slice(0, -1).every(({ names }) => names.length === batch)).toBe(true);
          expect(batches.every(({ names, inputs }) => inputs['x']!.shape[0] === names.length)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps samples of other shapes apart', async () => {
    const dataset = madeUp(6, {}, (index) => (index < 3 ? 2 : 3));
    const batches = await collect(readBatches(dataset, [0, 1, 2, 3, 4, 5], { batch: 2 }));
    expect(batches.map(({ inputs }) => inputs['x']!.shape)).toEqual([
      [2, 2],
      [1, 2],
      [2, 3],
      [1, 3],
    ]);
  });
});

describe('reading ahead', () => {
  it('never has more than `prefetch` samples on the way, and no more than that unread', async () => {
    const base = madeUp(40);
    let running = 0;
    let most = 0;
    let started = 0;
    const dataset = madeUp(40, {
      async read(index) {
        started++;
        most = Math.max(most, ++running);
        return base.read(index).finally(() => running--);
      },
    });
    let taken = 0;
    for await (const batch of readBatches(dataset, [...Array(40).keys()], { prefetch: 3 })) {
      taken += batch.names.length;
      expect(started).toBeLessThanOrEqual(taken + 3);
    }
    expect(most).toBe(3);
  });

  it('stops with its consumer, and leaves no failure unhandled', async () => {
    const dataset = madeUp(10, {
      read: (index) => (index === 0 ? madeUp(1).read(0) : Promise.reject(new CalibrtError('ERR_DATA_SHAPE', 'later'))),
    });
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listen);
    const reading = readBatches(dataset, [0, 1, 2, 3], { prefetch: 4 });
    expect((await reading.next()).value).toMatchObject({ names: ['s0'] });
    await reading.return();
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });

  it('stops at the signal', async () => {
    const controller = new AbortController();
    const reading = readBatches(madeUp(100), [...Array(100).keys()], { signal: controller.signal });
    const taken: string[] = [];
    const consume = async (): Promise<void> => {
      for await (const { names } of reading) {
        taken.push(...names);
        if (taken.length === 5) controller.abort(new Error('enough'));
      }
    };
    await expect(consume()).rejects.toMatchObject({
      code: 'ERR_ABORTED',
      cause: expect.objectContaining({ message: 'enough' }) as Error,
    });
    expect(taken).toHaveLength(5);
  });
});

describe('samples that do not decode', () => {
  const broken = (size: number, bad: readonly number[]): Dataset => {
    const base = madeUp(size);
    return madeUp(size, {
      read: (index) => (bad.includes(index) ? Promise.reject(corrupt(`s${index}`)) : base.read(index)),
    });
  };
  const read = (dataset: Dataset, options: ReadOptions = {}): Promise<Batch[]> => {
    return collect(readBatches(dataset, [...Array(dataset.size).keys()], options));
  };

  it('are skipped and told of while they are a tenth at most', async () => {
    const skipped: [string, string][] = [];
    const batches = await read(broken(20, [3, 7]), { onSkip: (name, reason) => skipped.push([name, reason]) });
    expect(batches).toHaveLength(18);
    expect(skipped).toEqual([
      ['s3', 'not a readable image (made up)'],
      ['s7', 'not a readable image (made up)'],
    ]);
  });

  it('end the run when they are more', async () => {
    await expect(read(broken(20, [3, 7, 19]))).rejects.toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: expect.stringMatching(/3 of 20 samples cannot be read, more than 10 %.*The first: s3/) as string,
      details: [
        expect.stringContaining('s3') as string,
        expect.stringContaining('s7') as string,
        expect.stringContaining('s19') as string,
      ],
    });
    await expect(read(broken(5, [4]))).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT' });
  });

  it('are told of, the one that ends the run too', async () => {
    const skipped: string[] = [];
    const reading = read(broken(20, [3, 7, 9]), { onSkip: (name) => skipped.push(name) });
    await expect(reading).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT' });
    expect(skipped).toEqual(['s3', 's7', 's9']);
  });

  it('count against the whole draw where a part of it is read', async () => {
    const dataset = broken(25, [3, 7, 9]);
    const part = (indices: number[], drawn: number): Promise<Batch[]> =>
      collect(readBatches(dataset, indices, { drawn }));
    expect(await part([0, 1, 2, 3, 4], 25)).toHaveLength(4);
    expect(await part([7], 25)).toEqual([]);
    await expect(part([0, 3, 7, 9], 25)).rejects.toThrow(/3 of 25 samples cannot be read/);
    // A draw smaller than what is read is none.
    await expect(part([0, 1, 2, 3, 4], 1)).rejects.toThrow(/1 of 5 samples cannot be read/);
  });

  it('are passed over where a number of readable ones is asked for', async () => {
    const names = async (options: ReadOptions): Promise<string[]> => {
      return (await read(broken(20, [0, 2]), options)).flatMap((batch) => batch.names);
    };
    expect(await names({ take: 3 })).toEqual(['s1', 's3', 's4']);
    expect(await names({ take: 3, batch: 2, prefetch: 8 })).toEqual(['s1', 's3', 's4']);
    expect(await names({ take: 100 })).toHaveLength(18);
    expect(await names({ take: 0 })).toEqual([]);
  });

  it('name the broken file where the sample is called otherwise, and end in no colon', async () => {
    const skipped: [string, string][] = [];
    const dataset = madeUp(10, {
      read: (index) =>
        index === 4 ? Promise.reject(corruptSample('mask.png', 'corrupt header: ', null)) : madeUp(10).read(index),
    });
    await read(dataset, { onSkip: (name, reason) => skipped.push([name, reason]) });
    expect(skipped).toEqual([['s4', 'mask.png is not a readable image (corrupt header)']]);
  });

  it('are told from samples that are wrong: these end the run at once', async () => {
    const dataset = madeUp(100, { read: () => Promise.reject(new CalibrtError('ERR_DATA_SHAPE', 'wrong shape')) });
    await expect(read(dataset)).rejects.toMatchObject({ code: 'ERR_DATA_SHAPE' });
  });

  it('are found among real pictures', async () => {
    const folder = await scratchFolder();
    const whole = await png([9, 9, 9]);
    for (let i = 0; i < 10; i++) await writeFile(join(folder, `${i}.png`), i === 4 ? whole.subarray(0, 40) : whole);
    const dataset = await openDataset({ sources: [{ path: folder }] }, [
      { name: 'image', dtype: 'float32', shape: [null, 3, 2, 4] },
    ]);
    const skipped: [string, string][] = [];
    const batches = await collect(
      readBatches(dataset, [...Array(10).keys()], { batch: 4, onSkip: (...skip) => skipped.push(skip) }),
    );
    expect(batches.map(({ names }) => names.length)).toEqual([4, 4, 1]);
    expect(skipped).toEqual([
      [join(folder, '4.png'), expect.stringMatching(/^not a readable image \([^)]*[^):\s]\)$/) as string],
    ]);
    expect(new Set(batches.flatMap(({ inputs }) => Array.from(inputs['image']!.data as Float32Array)))).toEqual(
      new Set([9]),
    );
  });
});

describe('batch size', () => {
  it.each([
    [[8, 2], 4, /--batch 4: input x takes \[8, 2\], which has no room for 4 samples/],
    [[], 2, /use --batch 1/],
    [[4], 2, /use --batch 1/],
    [[3, 8, 8], 2, /use --batch 1/],
    [[null, 2], 0, /--batch must be a whole number above 0/],
  ] as const)('of input %j cannot be %d', async (shape, batch, message) => {
    const dataset = madeUp(4, { inputs: [{ ...input, shape }] });
    await expect(collect(readBatches(dataset, [0, 1], { batch }))).rejects.toThrow(message);
  });
});
