import { describe, expect, it } from 'vitest';
import {
  fromIterable,
  type Batch,
  type IterableOptions,
  type IterableSample,
  type ModelInput,
} from '#lib/data/index.js';

const x: ModelInput = { name: 'x', dtype: 'float32', shape: ['N', 2] };
const ids: ModelInput = { name: 'ids', dtype: 'int32', shape: ['N', null] };

async function collect(
  samples: Iterable<IterableSample> | AsyncIterable<IterableSample>,
  inputs: readonly ModelInput[] = [x],
  options: IterableOptions = {},
): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of fromIterable(samples, inputs, options)) all.push(batch);
  return all;
}

const values = (batches: readonly Batch[], name = 'x'): number[] =>
  batches.flatMap(({ inputs }) => Array.from(inputs[name]!.data as Float32Array));

describe('what may be passed', () => {
  it.each([
    ['a bare array', Float32Array.of(1, 2)],
    ['a tensor', { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) }],
    ['a tensor without the batch axis', { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }],
    ["ONNX Runtime's tensor", { type: 'float32', dims: [1, 2], data: Float32Array.of(1, 2) }],
    ['another float type', Float64Array.of(1, 2)],
    ['small integers', Uint8Array.of(1, 2)],
    ['shared memory', new Float32Array(new SharedArrayBuffer(8)).map((_, index) => index + 1)],
  ] as const)('%s', async (_, value) => {
    const [batch, ...more] = await collect([{ x: value }]);
    expect(more).toEqual([]);
    expect(batch).toEqual({
      names: ['item 0'],
      inputs: { x: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) } },
    });
    expect(batch!.inputs['x']!.data.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('several samples in one item, and batches of another size', async () => {
    const batches = await collect([{ x: Float32Array.of(1, 2, 3, 4, 5, 6) }, { x: Float32Array.of(7, 8) }], [x], {
      batch: 2,
    });
    expect(batches.map(({ names }) => names)).toEqual([
      ['item 0, row 0', 'item 0, row 1'],
      ['item 0, row 2', 'item 1'],
    ]);
    expect(values(batches)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(batches[0]!.inputs['x']!.shape).toEqual([2, 2]);
  });

  it('samples of varying shapes', async () => {
    const item = (length: number): IterableSample => ({
      ids: { dtype: 'int64', shape: [1, length], data: new BigInt64Array(length) },
    });
    const batches = await collect([item(3), item(5)], [ids], {});
    expect(batches.map(({ inputs }) => inputs['ids']!.shape)).toEqual([
      [1, 3],
      [1, 5],
    ]);
    expect(batches[0]!.inputs['ids']!.data).toEqual(new Int32Array(3));
  });

  it("float16's bits, and Node 24's own array of them", async () => {
    const half: ModelInput = { name: 'x', dtype: 'float16', shape: [null, 2] };
    const bits = Uint16Array.of(0x3c00, 0x4000);
    const [batch] = await collect([{ x: bits }], [half]);
    expect(batch!.inputs['x']).toEqual({ dtype: 'float16', shape: [1, 2], data: bits });
    // The class is not in Node 20; what is used of it is its name and its bytes.
    class Float16Array extends Uint16Array {}
    const [native] = await collect([{ x: Float16Array.of(0x3c00, 0x4000) }], [half]);
    expect(Array.from(native!.inputs['x']!.data as Uint16Array)).toEqual([0x3c00, 0x4000]);
    expect(values(await collect([{ x: Float16Array.of(0x3c00, 0x4000) }]))).toEqual([1, 2]);
  });
});

describe('the iterable', () => {
  it('may fill the same array again', async () => {
    function* reusing(): Generator<IterableSample> {
      const buffer = new Float32Array(2);
      for (let i = 0; i < 4; i++) yield { x: buffer.fill(i) };
    }
    expect(values(await collect(reusing(), [x], { batch: 4 }))).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  it('is read no further than needed, and closed', async () => {
    let made = 0;
    let closed = false;
    // eslint-disable-next-line @typescript-eslint/require-await
    async function* endless(): AsyncGenerator<IterableSample> {
      try {
        for (;;) yield { x: Float32Array.of(made++, 0) };
      } finally {
        closed = true;
      }
    }
    expect(await collect(endless(), [x], { limit: 3 })).toHaveLength(3);
    expect([made, closed]).toEqual([3, true]);
    closed = false;
    const reading = fromIterable(endless(), [x]);
    await reading.next();
    await reading.return();
    expect(closed).toBe(true);
  });

  it('stops at the signal', async () => {
    const controller = new AbortController();
    function* aborting(): Generator<IterableSample> {
      yield { x: new Float32Array(2) };
      controller.abort();
      yield { x: new Float32Array(2) };
    }
    await expect(collect(aborting(), [x], { signal: controller.signal })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
  });

  it('that throws is named as the culprit', async () => {
    const cause = new TypeError('no camera');
    // eslint-disable-next-line require-yield
    function* throwing(): Generator<IterableSample> {
      throw cause;
    }
    await expect(collect(throwing())).rejects.toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: 'the iterable of samples threw: no camera',
      cause,
    });
  });

  it('that ends at once is refused', async () => {
    await expect(collect([])).rejects.toMatchObject({ code: 'ERR_DATA_EMPTY' });
  });
});

describe('wrong items', () => {
  const good = Float32Array.of(1, 2);
  it.each([
    ['ERR_DATA_FORMAT', { y: good }, /item 0: input x is missing, found y/],
    ['ERR_DATA_DTYPE', { x: [1, 2] }, /item 0: input x is no tensor: pass a typed array/],
    ['ERR_DATA_DTYPE', { x: null }, /is no tensor/],
    [
      'ERR_DATA_DTYPE',
      { x: { dtype: 'float32', shape: [2], data: Float64Array.of(1, 2) } },
      /says float32 but its data is a Float64Array/,
    ],
    ['ERR_DATA_DTYPE', { x: Int32Array.of(1, 2) }, /takes float32, found int32/],
    ['ERR_DATA_SHAPE', { x: Float32Array.of(1, 2, 3) }, /takes \[N, 2\], found an array of 3 elements/],
    ['ERR_DATA_SHAPE', { x: new Float32Array() }, /found an array of 0 elements/],
    [
      'ERR_DATA_SHAPE',
      { x: { dtype: 'float32', shape: [1, 3], data: good } },
      /says \[1, 3\] but its data has 2 elements/,
    ],
    ['ERR_DATA_SHAPE', { x: { dtype: 'float32', shape: [2, 1], data: good } }, /found \[1, 1\]/],
    ['ERR_DATA_NOT_FINITE', { x: Float32Array.of(1, NaN) }, /item 0: input x holds NaN at element 1/],
  ])('%s: %j', async (code, item, message) => {
    const reading = collect([item as unknown as IterableSample]);
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('whose inputs have different numbers of samples', async () => {
    const item = { x: new Float32Array(4), ids: { dtype: 'int32', shape: [1, 1], data: new Int32Array(1) } } as const;
    await expect(collect([item], [x, ids])).rejects.toThrow(
      /item 0: the inputs have different numbers of samples on axis 0: 2 for x, 1 for ids/,
    );
  });

  it('of bare arrays where the shape is open', async () => {
    await expect(collect([{ ids: new Int32Array(2) }], [ids])).rejects.toThrow(
      /does not tell its shape: pass \{ dtype, shape, data \}/,
    );
  });
});
