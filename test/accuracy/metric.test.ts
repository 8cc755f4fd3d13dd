import { describe, expect, it } from 'vitest';
import { metricName, openMetric, parseMetric, samplePairs, type SamplePair } from '#lib/accuracy/index.js';
import type { Tensor } from '#lib/data/tensor.js';
import { fixture } from '../helpers/fixture.js';

const tensor = (shape: number[], values: number[]): Tensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});

function pair(reference: Tensor, candidate: Tensor, label?: number): SamplePair {
  return { name: 'sample', label, reference: { logits: reference }, candidate: { logits: candidate } };
}

async function judge(text: string, ...pairs: SamplePair[]): Promise<number> {
  const pass = (await openMetric(parseMetric(text), ['logits'])).start();
  for (const each of pairs) await pass.add(each);
  return pass.result();
}

describe('metrics', () => {
  it('are named as they were asked for', () => {
    for (const text of ['top1', 'top5', 'cosine', 'sqnr', 'sqnr:scores[...,1]', 'cosine:boxes']) {
      expect(metricName(parseMetric(text))).toBe(text);
    }
  });

  it.each(['top2', 'sqnr:', 'psnr', 'sqnr:x[a]', 'metric.py'])('refuse %s', (text) => {
    expect(() => parseMetric(text)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }) as Error);
  });

  it('pool the part that a slice picks, over samples of any size', async () => {
    // Of column 1: signal 4 + 16 + 1, error 1.
    const first = pair(tensor([1, 2, 2], [9, 2, 9, 4]), tensor([1, 2, 2], [0, 2, 0, 3]));
    const second = pair(tensor([1, 1, 2], [7, 1]), tensor([1, 1, 2], [8, 1]));
    expect(await judge('sqnr:logits[...,1]', first, second)).toBeCloseTo(10 * Math.log10(21), 12);
    expect(await judge('cosine:logits[...,1]', first, second)).toBeCloseTo(17 / Math.sqrt(21 * 14), 12);
  });

  it('without a target take the worst output', async () => {
    const good = tensor([1, 2], [1, 1]);
    const both: SamplePair = {
      name: 's',
      label: undefined,
      reference: { a: good, b: good },
      candidate: { a: good, b: tensor([1, 2], [1, 0]) },
    };
    const pass = (await openMetric(parseMetric('sqnr'), ['a', 'b'])).start();
    await pass.add(both);
    expect(await pass.result()).toBeCloseTo(10 * Math.log10(2), 12);
  });

  it('an output called with brackets is found by its own name', async () => {
    const metric = await openMetric(parseMetric('sqnr:out[0]'), ['out[0]']);
    const pass = metric.start();
    const out = { 'out[0]': tensor([1, 2], [3, 4]) };
    await pass.add({ name: 's', label: undefined, reference: out, candidate: { 'out[0]': tensor([1, 2], [3, 3]) } });
    expect(await pass.result()).toBeCloseTo(10 * Math.log10(25), 12);
  });

  it('refuse an output that is not there, naming those that are', async () => {
    await expect(openMetric(parseMetric('sqnr:boxes[0]'), ['logits'])).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('the model has logits') as string,
    });
  });

  it('a candidate of NaN is the worst there can be', async () => {
    expect(await judge('sqnr', pair(tensor([1, 2], [1, 2]), tensor([1, 2], [NaN, 2])))).toBe(-Infinity);
  });

  it('count classes in per cent, and refuse samples without labels or with labels of another model', async () => {
    const [a, b] = [tensor([1, 3], [0, 5, 1]), tensor([1, 3], [4, 5, 6])];
    expect(await judge('top1', pair(a, a, 1), pair(b, b, 0))).toBe(50);
    expect(await judge('top5', pair(a, a, 1), pair(b, b, 0))).toBe(100);
    await expect(judge('top1', pair(a, a))).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT' });
    await expect(judge('top1', pair(a, a, 3))).rejects.toThrow('label 3, but output logits has 3 classes');
  });
});

describe('metric modules', () => {
  const same = pair(tensor([1, 2], [1, 2]), tensor([1, 2], [0, 2]));
  const other = pair(tensor([1, 2], [1, 2]), tensor([1, 2], [3, 2]));

  it('keep their own sums', async () => {
    expect(await judge(fixture('metrics/agreement.mjs'), same, other)).toBe(0.5);
  });

  it.each([
    ['throws.mjs', 'ERR_DATA_FORMAT', 'failed on sample sample'],
    ['nan.mjs', 'ERR_DATA_NOT_FINITE', 'gave NaN'],
    ['nothing.mjs', 'ERR_USAGE', 'exports no metric'],
    ['absent.mjs', 'ERR_USAGE', 'there is no such file'],
  ])('%s is one clear error', async (file, code, message) => {
    await expect(judge(fixture(`metrics/${file}`), same)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`${file}.*${message}`)) as string,
    });
  });
});

describe('samplePairs', () => {
  it('gives each sample its rows, and leaves out the padding', () => {
    const out = { y: tensor([3, 2], [1, 2, 3, 4, 5, 6]) };
    const pairs = [...samplePairs({ names: ['a', 'b'], labels: [7, undefined] }, out, out, 3)];
    expect(
      pairs.map(({ name, label, reference }) => [name, label, [...(reference['y']!.data as Float32Array)]]),
    ).toEqual([
      ['a', 7, [1, 2]],
      ['b', undefined, [3, 4]],
    ]);
    expect(pairs[0]!.reference['y']!.shape).toEqual([1, 2]);
  });

  it('refuses outputs whose rows are not the samples', () => {
    const out = { y: tensor([4], [1, 2, 3, 4]) };
    expect(() => [...samplePairs({ names: ['a', 'b'] }, out, out, 2)]).toThrow('--batch 1');
  });
});
