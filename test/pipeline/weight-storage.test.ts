import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeModel, openModel } from '#lib/model/index.js';
import { evaluate } from '#lib/pipeline/evaluation/evaluate.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { repository } from '../helpers/fixture.js';

const data = repository('demo/calibration');
const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-weights-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('weights kept in float with Q/DQ compute what INT8 weights do', async () => {
  const [int8, qdq] = await Promise.all(
    (['int8', 'qdq'] as const).map(async (weightStorage) => {
      const output = join(folder, `${weightStorage}.onnx`);
      await quantize(repository('demo/model.onnx'), output, { data, preprocess, weightStorage, limit: 20, holdout: 0 });
      return output;
    }),
  );
  const { quantization } = describeModel(await openModel(qdq!));
  expect(quantization).toMatchObject({ int8Weights: 0, quantizeLinear: 36, dequantizeLinear: 36 });
  const { outputs } = await evaluate(int8!, qdq!, { data, preprocess, limit: 20 });
  expect(outputs['logits']!.maxAbsError).toBe(0);
});
