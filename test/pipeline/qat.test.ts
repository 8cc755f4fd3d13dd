import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEngine } from '#lib/backends/tensorrt/index.js';
import { evaluate } from '#lib/pipeline/evaluation/evaluate.js';
import { inspect } from '#lib/pipeline/inspect.js';
import { lint } from '#lib/pipeline/lint.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { batchProfile, needsRtx, withoutRtx } from '../backends/tensorrt/rtx.js';
import { encodeNpy } from '../data/encode-npy.js';
import { fixture } from '../helpers/fixture.js';
import { randomNumbers } from '../model/helpers.js';

/** Models that have Q/DQ already, as quantization-aware training exports them. */
const trained = fixture('tiny-cnn-qdq.onnx');

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-qat-'));
  data = join(folder, 'samples.npy');
  const shape = [4, 3, 16, 16];
  const values = Float32Array.from({ length: 4 * 768 }, randomNumbers(5));
  await writeFile(data, encodeNpy({ dtype: 'float32', shape, data: values }));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a model that has Q/DQ already', () => {
  it('is evaluated, linted and inspected as it is', async () => {
    const { outputs, samples } = await evaluate(trained, trained, { data });
    expect(samples).toBe(4);
    expect(outputs['scores']!.maxAbsError).toBe(0);
    expect(await lint(trained)).toMatchObject({ nodes: 12, findings: [] });
    expect(await inspect(trained)).toMatchObject({ quantization: { quantizeLinear: 4, int8Weights: 4 } });
  });

  it.skipIf(withoutRtx)(`is built as it is${needsRtx}`, async () => {
    const { bytes } = await buildEngine(trained, { targets: ['sm89'], profiles: [batchProfile] });
    expect(bytes).toBeGreaterThan(0);
  });

  it('is not quantized a second time, and says why', async () => {
    const output = join(folder, 'again.onnx');
    for (const options of [{ data }, { weightOnly: true }, { dynamic: true }]) {
      await expect(quantize(trained, output, options)).rejects.toMatchObject({
        code: 'ERR_MODEL_UNSUPPORTED',
        message: expect.stringContaining('nothing to quantize') as string,
      });
    }
  });
});
