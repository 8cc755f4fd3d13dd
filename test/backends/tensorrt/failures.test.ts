import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEngine, locateTensorRt, type BuildOptions } from '#lib/backends/tensorrt/index.js';
import { CalibrtError, type ErrorCode } from '#lib/errors.js';
import { native } from '#lib/native.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { repository } from '../../helpers/fixture.js';
import { batchProfile, fixture, needsRtx, withoutRtx } from './rtx.js';

const fp32 = fixture('tiny-cnn-fp32.onnx');
const qdq = fixture('tiny-cnn-qdq.onnx');
const { devices } = await native().probeCuda();

async function failure(model: string | Uint8Array, options: BuildOptions = {}): Promise<CalibrtError> {
  const error: unknown = await buildEngine(model, { targets: ['sm86'], ...options }).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(CalibrtError);
  return error as CalibrtError;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-build-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('before the library is asked', () => {
  it.each<[string, BuildOptions, RegExp]>([
    ['an unknown level', { optimizationLevel: 9 }, /optimizationLevel is 9/],
    ['a negative workspace', { workspaceBytes: -1 }, /workspaceBytes is -1/],
    ['no targets', { targets: [] }, /targets is empty/],
    ['a target twice', { targets: ['sm86', 'sm86'] }, /twice/],
    ['current with others', { targets: ['sm86', 'current'] }, /cannot be combined/],
  ])('refuses %s', async (_, options, message) => {
    const error = await failure(fp32, options);
    expect(error).toMatchObject({ code: 'ERR_USAGE' });
    expect(error.message).toMatch(message);
  });

  it('tells missing, empty and foreign models apart', async () => {
    const empty = join(folder, 'empty.onnx');
    await writeFile(empty, '');
    expect(await failure(join(folder, 'absent.onnx'))).toMatchObject({ code: 'ERR_MODEL_NOT_FOUND' });
    expect(await failure(empty)).toMatchObject({ code: 'ERR_MODEL_INVALID' });
    expect(await failure(folder)).toMatchObject({ code: 'ERR_MODEL_INVALID' });
    expect(await failure(new Uint8Array())).toMatchObject({ code: 'ERR_MODEL_INVALID' });
  });

  it('says where it looked for a library that is not there', async () => {
    const error = await failure(fp32, { library: folder, backend: 'tensorrt-rtx' });
    expect(error).toMatchObject({ code: 'ERR_BACKEND_MISSING' });
    expect(error.message).toContain(folder);
    expect(error.message).toContain('TENSORRT_RTX_ROOT');
    expect(error.details).toContain(`${join(folder, 'lib/libtensorrt_rtx.so.1')} (option): absent`);
  });

  it('says that a library without its parser is incomplete', async () => {
    const lone = join(folder, 'libtensorrt_rtx.so.1');
    await writeFile(lone, '');
    const error = await failure(fp32, { library: lone });
    expect(error).toMatchObject({ code: 'ERR_BACKEND_MISSING' });
    expect(error.message).toContain(`${lone} has no ONNX parser beside it`);
    await rm(lone);
  });
});

describe.skipIf(withoutRtx)(`what the real TensorRT-RTX refuses${needsRtx}`, () => {
  it('keeps every parser error', async () => {
    const error = await failure(fixture('tiny-broken.onnx'));
    expect(error.code).toBe('ERR_BUILD');
    expect(error.details).toEqual([
      expect.stringMatching(/^INVALID_NODE at node 0 'first_unknown' \(NoSuchOperator\): .* \[\S+:\d+ \w+\]$/),
      expect.stringMatching(/^INVALID_NODE at node 1 'second_unknown' \(NeitherThisOne\): /),
    ]);
    expect(error.message).toContain('first_unknown');
    expect(error.message).toContain('1 more');
  });

  it('calls random and truncated bytes no model', async () => {
    const model = await readFile(fp32);
    const foreign = Array.from({ length: 20 }, () => randomBytes(3000));
    const truncated = [1, 100, 10_000, model.length - 1].map((length) => model.subarray(0, length));
    // A message of fields that ONNX does not know, which a protobuf reader takes.
    const unknown = Buffer.from([0xf8, 0x07, 0x01]);
    for (const bytes of [...foreign, ...truncated, unknown]) {
      expect(await failure(bytes)).toMatchObject({ code: 'ERR_MODEL_INVALID' });
    }
  });

  it('gives the library’s own words where no plan comes back', async () => {
    const error = await failure(fp32, { targets: ['sm75'] });
    expect(error.code).toBe('ERR_BUILD');
    expect(error.message).toContain('Turing');
    expect(error.details[0]).toContain('FP32 GEMM is not supported');
  });

  it.each<[string, string, BuildOptions, ErrorCode, RegExp]>([
    ['a dynamic input without a profile', qdq, {}, 'ERR_USAGE', /'image' is dynamic \(-1x3x16x16\).*--min-shapes/],
    [
      'a profile of another input',
      qdq,
      { profiles: [{ picture: batchProfile['image']! }] },
      'ERR_USAGE',
      /no input 'picture'.*'image'/,
    ],
    [
      'a profile out of order',
      qdq,
      { profiles: [{ image: { min: [4, 3, 16, 16], opt: [2, 3, 16, 16], max: [8, 3, 16, 16] } }] },
      'ERR_USAGE',
      /min <= opt <= max/,
    ],
    [
      'a profile of another rank',
      qdq,
      { profiles: [{ image: { min: [1, 3, 16], opt: [1, 3, 16], max: [1, 3, 16] } }] },
      'ERR_USAGE',
      /1x3x16 does not fit/,
    ],
    [
      'a profile that changes a fixed dimension',
      fp32,
      { profiles: [{ image: { min: [2, 3, 16, 16], opt: [2, 3, 16, 16], max: [2, 3, 16, 16] } }] },
      'ERR_USAGE',
      /2x3x16x16 does not fit/,
    ],
    ['a target it does not know', fp32, { targets: ['sm99'] }, 'ERR_USAGE', /sm99 is unknown.*sm120/],
    ['INT8 without ranges', fp32, { int8: true }, 'ERR_BACKEND_UNSUPPORTED', /QuantizeLinear/],
    ['a plan for later versions', fp32, { versionCompatible: true }, 'ERR_BACKEND_UNSUPPORTED', /versionCompatible/],
    ['FP16 as a flag', fp32, { fp16: true }, 'ERR_BACKEND_UNSUPPORTED', /fp16.*types are the model's own/],
  ])('names %s', async (_, model, options, code, message) => {
    const error = await failure(model, options);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it.skipIf(devices.length > 0).each([{ targets: ['current'] }, { refit: true }, { stripWeights: true }])(
    'says what to do without a GPU for %o (skipped where there is one)',
    async (options) => {
      const error = await failure(fp32, options);
      expect(error.code).toBe('ERR_NO_GPU');
      expect(error.message).toContain('--target sm86');
    },
  );

  it('names the targets for FP8, which build it', async () => {
    const model = join(folder, 'fp8.onnx');
    const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;
    const samples = { data: repository('demo/calibration'), preprocess, limit: 2, holdout: 0 };
    await quantize(repository('demo/model.onnx'), model, { ...samples, dtype: 'fp8' });
    const one = [1, 1, 32, 32];
    const profiles = [{ input: { min: one, opt: one, max: one } }];
    const error = await failure(model, { targets: ['sm86', 'sm89'], profiles });
    expect(error).toMatchObject({ code: 'ERR_BUILD', details: [expect.stringContaining('fp8_e4m3')] });
    expect(error.message).toMatch(/: name targets that have FP8 \(`targets: .*`; --target sm89,sm120\)$/);
    const built = await buildEngine(model, { targets: ['sm89', 'sm120'], profiles });
    expect(built.bytes).toBeGreaterThan(0);
  });

  it('refuses a library of another version, naming both', async () => {
    const { infer, parser } = locateTensorRt('rtx').found!;
    const foreign = await native().openTensorRt('11', infer, parser);
    expect(foreign).toMatchObject({ ok: false, failure: { kind: 'version' } });
    expect(JSON.stringify(foreign)).toMatch(/version 1\.\d+\.\d+; here TensorRT 11\.x is needed/);
  });
});
