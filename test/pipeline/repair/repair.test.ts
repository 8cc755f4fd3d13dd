import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '#lib/pipeline/evaluation/evaluate.js';
import type { QuantizeOptions } from '#lib/pipeline/quantize-options.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { repository } from '../../helpers/fixture.js';

const path = repository('test/fixtures/networks/depthwise.onnx');
const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;
const samples = { data: repository('demo/calibration'), preprocess, holdout: 0, limit: 100 };
const judged = { data: repository('demo/test'), preprocess, limit: 200 };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-repair-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What the depthwise network loses in INT8 on images that took no part: points of top-1, and the SQNR that is left. */
async function lost(
  options: Partial<QuantizeOptions>,
): Promise<{ points: number; sqnrDb: number; result: Awaited<ReturnType<typeof quantize>> }> {
  const output = join(folder, 'int8.onnx');
  const result = await quantize(path, output, { ...samples, ...options });
  const { labelled, outputs } = await evaluate(path, output, judged);
  const points = 100 * (labelled!.reference.top1 - labelled!.candidate.top1);
  return { points, sqnrDb: outputs['logits']!.sqnrDb, result };
}

describe('--equalize', () => {
  it('makes one scale per weight enough for a network that loses everything by it', async () => {
    const plain = await lost({ weights: 'per-tensor' });
    expect(plain.points).toBeGreaterThan(50);
    const { points, result } = await lost({ weights: 'per-tensor', equalize: true });
    expect(points).toBeLessThanOrEqual(1);
    const [repair] = result.repairs!;
    expect(repair).toMatchObject({ repair: 'equalize', kept: true });
    expect(repair!.functionError).toBeLessThan(1e-4);
    expect(repair!.gain!['logits']!.after).toBeGreaterThan(repair!.gain!['logits']!.before + 20);
  });

  it.each([
    ['a table', { table: 'table.json' }, /--table/],
    ['a table to write', { tableOut: 'table.json' }, /--table-out/],
    ['no samples', { data: undefined as never }, /needs samples/],
    ['samples that can be read once', { data: [{ input: new Float32Array(1) }] as never }, /more than once/],
  ])('is refused with %s', async (_, options, message) => {
    await expect(
      quantize(path, join(folder, 'x.onnx'), { ...samples, equalize: true, ...options }),
    ).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('--bias-correction', () => {
  it('raises the SQNR of the outputs on samples that took no part', async () => {
    const plain = await lost({});
    const { points, sqnrDb, result } = await lost({ biasCorrection: true });
    expect(points).toBeLessThanOrEqual(1);
    expect(result.repairs).toMatchObject([{ repair: 'bias-correction', kept: true }]);
    expect(result.repairs![0]!.nodes).toHaveLength(31);
    expect(sqnrDb).toBeGreaterThan(plain.sqnrDb);
  });

  it('is for static INT8 alone', async () => {
    const output = join(folder, 'x.onnx');
    await expect(quantize(path, output, { ...samples, biasCorrection: true, bits: 4 })).rejects.toThrow(/static INT8/);
  });
});
