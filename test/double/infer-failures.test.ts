import { beforeAll, describe, expect, it } from 'vitest';
import { buildEngine, loadEngine } from '#lib/backends/tensorrt/index.js';
import { CalibrtError } from '#lib/errors.js';
import { recorded, useDouble, withoutBridge } from '../support/double.js';
import { fold, folded, nonZero, row } from './networks.js';

describe.each(['10', '11'] as const)('the double of TensorRT %s', (flavour) => {
  const without = withoutBridge(flavour);
  describe.skipIf(without !== '')(`fails to run as it is told${without}`, () => behaviour(flavour));
});

const upTo4 = { x: { min: [1, 3], opt: [2, 3], max: [4, 3] } };

function behaviour(flavour: '10' | '11'): void {
  let plan: Uint8Array;
  let dataDependent: Uint8Array;
  beforeAll(async () => {
    useDouble({ flavour });
    ({ plan } = await buildEngine(fold(), { flavour, profiles: [upTo4], flags: { weightStreaming: true } }));
    ({ plan: dataDependent } = await buildEngine(nonZero(), { flavour }));
  });

  it.each([
    ['createInferRuntime', 'ERR_BACKEND_FAILED', 'makes no runtime'],
    ['deserialize', 'ERR_PLAN_INVALID', 'Magic tag does not match'],
  ])('%s: no engine, %s', async (step, code, words) => {
    const { error, calls } = await recorded({ flavour, fail: [step] }, () => loadEngine(plan));
    one(error, code, words);
    expect(calls.filter(({ call }) => call === 'destroyRuntime')).toHaveLength(step === 'deserialize' ? 1 : 0);
  });

  it.each([
    ['createExecutionContext', 'ERR_BACKEND_FAILED', 'Requested amount of GPU memory'],
    ['setOptimizationProfileAsync', 'ERR_USAGE', 'no optimization profile 0'],
    ['cuStreamCreate', 'ERR_BACKEND_FAILED', 'CUDA_ERROR'],
    ['cuEventCreate', 'ERR_BACKEND_FAILED', 'CUDA_ERROR'],
  ])('%s: no context, %s, and the next one works', async (step, code, words) => {
    const { result, error } = await recorded({ flavour, fail: [`${step}:1`] }, async () => {
      await using engine = await loadEngine(plan);
      const refused: unknown = await engine.createContext().catch((reason: unknown) => reason);
      await using context = await engine.createContext();
      return { refused, output: await context.infer({ x: row(1, -2, 3) }) };
    });
    expect(error).toBeUndefined();
    one(result?.refused, code, words);
    expect(result?.output['y']?.data).toEqual(Float32Array.of(2, -2, 6));
  });

  it.each([
    ['setInputShape', ''],
    ['inferShapes', ''],
    ['setTensorAddress', ''],
    ['cuMemAlloc_v2:2', 'CUDA_ERROR_OUT_OF_MEMORY'],
    ['cuMemcpyHtoDAsync_v2', 'CUDA_ERROR'],
    ['enqueueV3', 'told to fail'],
    ['cuMemcpyDtoHAsync_v2', 'CUDA_ERROR'],
    ['cuEventRecord:2', 'CUDA_ERROR'],
    ['cuEventSynchronize:2', 'CUDA_ERROR'],
  ])('%s: that inference fails, those after it do not', async (step, words) => {
    const fail = [step.includes(':') ? step : `${step}:1`];
    const feeds = [row(1, 2, 3), row(-4, 5, 6), row(7, 8, 9, 10, 11, 12)];
    const { result, error } = await recorded({ flavour, fail }, async () => {
      await using engine = await loadEngine(plan);
      await using context = await engine.createContext();
      return await Promise.allSettled(feeds.map((x) => context.infer({ x })));
    });
    expect(error).toBeUndefined();
    const [first, ...rest] = result!;
    if (first?.status !== 'rejected') expect.unreachable(`${step} did not fail`);
    else one(first.reason, /^ERR_(BACKEND_FAILED|USAGE)$/, words);
    const outputs = rest.map((each) => (each.status === 'fulfilled' ? each.value['y']!.data : String(each.reason)));
    expect(outputs).toEqual(feeds.slice(1).map((x) => Float32Array.from(folded(x))));
  });

  it.each([
    ['setOutputAllocator', 'ERR_BACKEND_FAILED'],
    ['enqueueV3', 'ERR_BACKEND_FAILED'],
  ])('%s with an output of unknown size: %s', async (step, code) => {
    const { error } = await recorded({ flavour, fail: [step] }, async () => {
      await using engine = await loadEngine(dataDependent);
      await using context = await engine.createContext();
      await context.infer({ x: { dtype: 'float32', shape: [2, 4], data: new Float32Array(8) } });
    });
    one(error, code, '');
  });

  it.each(['cuStreamBeginCapture_v2', 'cuStreamEndCapture', 'cuGraphInstantiateWithFlags'])(
    '%s: no CUDA graph, one warning, and the same outputs',
    async (step) => {
      const warnings: string[] = [];
      const { result, error } = await recorded({ flavour, fail: [step] }, async () => {
        await using engine = await loadEngine(plan);
        await using context = await engine.createContext({ cudaGraph: true, onWarning: (text) => warnings.push(text) });
        const outputs = [];
        for (const i of [1, 2, 3, 4]) outputs.push((await context.infer({ x: row(i, i, i) }))['y']!.data[0]);
        return outputs;
      });
      expect(error).toBeUndefined();
      expect(result).toEqual([2, 4, 6, 8]);
      expect(warnings).toEqual([expect.stringContaining('no CUDA graph can be captured')]);
    },
  );

  it.each([
    ['createEngineInspector', 'no engine inspector'],
    ['getEngineInformation', 'tells nothing'],
  ])('%s: the inspector %s', async (step, words) => {
    const { error } = await recorded({ flavour, fail: [step] }, async () => {
      await using engine = await loadEngine(plan);
      await engine.inspect();
    });
    one(error, 'ERR_BACKEND_FAILED', words);
  });

  it.each(['enqueueV3:3', 'cuEventRecord:5', 'createExecutionContext:1', 'cuStreamCreate:1', 'cuMemAlloc_v2:2'])(
    'a timed run in which %s fails',
    async (step) => {
      const { result, error } = await recorded({ flavour, fail: [step] }, async () => {
        await using engine = await loadEngine(plan);
        const options = { iterations: 5, durationSeconds: 0, warmUpMs: 0 };
        const refused: unknown = await engine.time(options).catch((reason: unknown) => reason);
        return { refused, again: await engine.time(options) };
      });
      expect(error).toBeUndefined();
      one(result?.refused, 'ERR_BACKEND_FAILED', '');
      expect(result!.again.trace.stream.length).toBeGreaterThanOrEqual(5);
    },
  );

  it('a weight streaming budget that the library refuses', async () => {
    const load = () => loadEngine(plan, { weightStreamingBudget: '50%' });
    // A network without weights: there is nothing to stream.
    one((await recorded({ flavour }, load)).error, 'ERR_USAGE', 'was not built for weight streaming');
  });
}

/** One error of ours, on one line. */
function one(error: unknown, code: string | RegExp, words: string): void {
  expect(error).toBeInstanceOf(CalibrtError);
  const failure = error as CalibrtError;
  expect(failure.code).toMatch(code);
  expect(failure.message).toContain(words);
  expect(failure.message).not.toContain('\n');
}
