import { describe, expect, it } from 'vitest';
import { judge, type Seen } from '#lib/pipeline/verdicts/index.js';
import { scratchFolder } from '../../data/scratch.js';

const observed = { inputRanges: {}, duplicates: { count: 0, pairs: [] }, trail: [] };

/** Samples that lie in no folder. */
const calibration = { kind: 'stream' };

function seen(captured: object, rest: object = {}): Seen {
  return {
    captured: { statistics: new Map(), samples: 100, observed, firstSample: {}, ...captured },
    ...rest,
  } as unknown as Seen;
}

const codes = async (what: Seen): Promise<string[]> => (await judge(what)).map(({ code }) => code);

describe('verdicts on samples', () => {
  it('says when thresholds have settled, and when they still move', async () => {
    const trail = (...looks: number[][]): object => ({
      observed: {
        ...observed,
        trail: looks.map((thresholds, i) => ({ samples: [25, 50, 100][i], thresholds: Float64Array.from(thresholds) })),
      },
    });
    const [settled] = await judge(seen(trail([1, 2], [1.01, 2], [1, 2.02])));
    expect(settled).toMatchObject({
      code: 'thresholds-settled',
      level: 'good',
      message: expect.stringContaining('after 25 of 100') as string,
    });
    expect(await codes(seen(trail([1, 1], [1, 1.5], [1, 2])))).toEqual(['thresholds-moving']);
    expect(await codes(seen({ samples: 3 }))).toEqual(['few-samples']);
  });

  it('tells of repeated samples, loudly where they are many', async () => {
    const duplicates = (count: number): object => ({
      observed: { ...observed, duplicates: { count, pairs: [['a.jpg', 'b.jpg']] } },
    });
    expect(await judge(seen(duplicates(2)))).toMatchObject([
      { code: 'near-duplicates', level: 'note', message: expect.stringContaining('b.jpg') as string },
    ]);
    expect(await judge(seen(duplicates(30)))).toMatchObject([{ level: 'warning' }]);
  });

  it('doubts pixels that nobody scaled, or that were scaled twice, but no arrays', async () => {
    const range = (max: number): object => ({ observed: { ...observed, inputRanges: { x: { min: 0, max } } } });
    const samples = (preprocessing: object | null): object => ({ samples: { calibration, preprocessing } });
    const images = samples({ x: {} });
    expect(await codes(seen(range(255), images))).toEqual(['input-range']);
    expect(await codes(seen(range(1 / 255), images))).toEqual(['input-range']);
    expect(await codes(seen(range(255), { ...images, preprocess: { preset: 'raw' } }))).toEqual([]);
    expect(await codes(seen(range(255), samples(null)))).toEqual([]);
    expect(await codes(seen(range(255), samples({})))).toEqual([]);
    expect(await codes(seen(range(255), samples({ another: {} })))).toEqual([]);
    expect(await codes(seen(range(1), images))).toEqual([]);
  });

  it('doubts great values, but no integers: ids are no amounts', async () => {
    const observedIds = { ...observed, inputRanges: { x: { min: 0, max: 30_000 } } };
    expect(await codes(seen({ observed: observedIds }))).toEqual(['input-range']);
    expect(await codes(seen({ observed: observedIds, firstSample: { x: { dtype: 'int64' } } }))).toEqual([]);
  });

  it('tells of files that were left out, loudly where they are many', async () => {
    const of = async (files: Record<string, string>): Promise<Seen> => {
      const path = await scratchFolder(files);
      return { samples: { calibration: { kind: 'dataset', spec: { sources: [{ path }] } } } } as unknown as Seen;
    };
    const deep = await judge(await of({ 'c/1.png': '', 'a/b/1.png': '', 'a/b/2.png': '' }));
    expect(deep).toMatchObject([
      {
        code: 'files-left-out',
        level: 'warning',
        message: expect.stringMatching(
          / gave 1 file; left out were 2 samples in a\/b, deeper than is searched:/,
        ) as string,
      },
    ]);
    const images = { '1.png': '', '2.png': '', '3.png': '', '4.png': '' };
    expect(await judge(await of({ ...images, 'labels.txt': '' }))).toMatchObject([{ level: 'note' }]);
    expect(await judge(await of({ ...images, 'a.bmp': '', 'b.bmp': '' }))).toMatchObject([
      { level: 'warning', message: expect.stringContaining('2 files of kinds that are not read (.bmp)') as string },
    ]);
    expect(await codes(await of(images))).toEqual([]);
  });
});

describe('other verdicts', () => {
  it('tells of outputs that INT8 loses', async () => {
    const outputs = (...sqnrs: number[]): Seen => {
      const entries = sqnrs.map((sqnrDb, i) => [
        `y${i}`,
        { sqnrDb, cosine: 1, mse: 0, maxAbsError: 0, argmaxAgreement: 1 },
      ]);
      return { outputs: Object.fromEntries(entries) as Seen['outputs'] };
    };
    expect(await judge(outputs(30, 2.54))).toMatchObject([
      {
        code: 'output-lost',
        level: 'warning',
        subject: 'output y1',
        message: expect.stringContaining('2.5 dB') as string,
      },
    ]);
    expect(await codes(outputs(-3, NaN, -Infinity))).toEqual(['output-lost', 'output-lost', 'output-lost']);
    expect(await codes(outputs(10, Infinity))).toEqual([]);
  });

  it('doubts labels that the FP32 network itself does not find', async () => {
    const labelled = (top1: number): Seen => ({
      labelled: { count: 50, reference: { top1, top5: 1 }, candidate: { top1, top5: 1 } },
    });
    expect(await codes(labelled(0.1))).toEqual(['labels-or-preprocessing']);
    expect(await codes(labelled(0.9))).toEqual([]);
  });

  it('names the channel of a weight that stands out', async () => {
    const weight = (scales: number[]): Seen => ({
      weights: [
        { tensor: 'w', quantized: 'q', axis: 0, scales: Float32Array.from(scales), bytes: { float32: 0, int8: 0 } },
      ],
    });
    expect(await judge(weight([1, 1, 40, 1, 2]))).toMatchObject([
      { code: 'weight-outlier', message: expect.stringContaining('channel 2 of 5') as string },
    ]);
    expect(await codes(weight([1, 2, 3, 4]))).toEqual([]);
  });
});
