import { beforeAll, describe, expect, it } from 'vitest';
import { buildEngine, loadEngine, type TimingOptions } from '#lib/backends/tensorrt/index.js';
import { recorded, useDouble, withoutBridge, type DoubleCall } from '../support/double.js';
import { fold, folded, row } from './networks.js';

describe.each(['10', '11'] as const)('the double of TensorRT %s', (flavour) => {
  const without = withoutBridge(flavour);
  describe.skipIf(without !== '')(`times engines as it is told${without}`, () => behaviour(flavour));
});

/** Of every query, as soon as the engine is ready. */
const once = { iterations: 6, durationSeconds: 0, warmUpMs: 0 };

function behaviour(flavour: '10' | '11'): void {
  let plan: Uint8Array;
  beforeAll(async () => {
    useDouble({ flavour });
    ({ plan } = await buildEngine(fold(1), { flavour }));
  });

  async function time(options: TimingOptions) {
    const { result, error, calls } = await recorded({ flavour, recordCuda: true }, async () => {
      await using engine = await loadEngine(plan);
      return await engine.time({ ...once, ...options });
    });
    expect(error).toBeUndefined();
    const { trace } = result!;
    const queries = trace.stream.length;
    const enqueued = named(calls, 'enqueueV3');
    // Nothing of the context but its queries.
    expect(enqueued).toHaveLength(queries);
    return { ...result!, trace, queries, calls, enqueued };
  }

  it('on one stream: one context with three CUDA streams, all of one thread', async () => {
    const { calls, enqueued, queries } = await time({});
    expect(queries).toBe(once.iterations);
    expect(named(calls, 'createExecutionContext')).toHaveLength(1);
    // Of the inputs, the computation and the outputs, and the one that the run begins on.
    expect(named(calls, 'cuStreamCreate')).toHaveLength(4);
    expect(threads(enqueued)).toHaveLength(1);
  });

  it.each([
    [{ streams: 3 }, 1],
    [{ streams: 3, threads: true }, 3],
    [{ streams: 1, threads: true }, 1],
  ])('with %j: its queries come from %i threads', async (options, expected) => {
    const { calls, enqueued, trace } = await time(options);
    expect(named(calls, 'createExecutionContext')).toHaveLength(options.streams);
    expect(named(calls, 'cuStreamCreate')).toHaveLength(3 * options.streams + 1);
    expect(threads(enqueued)).toHaveLength(expected);
    // A thread of its own does not make the contexts.
    const [maker] = threads(named(calls, 'createExecutionContext'));
    expect(threads(enqueued).includes(maker!)).toBe(!('threads' in options));
    for (let stream = 0; stream < options.streams; stream++) {
      expect(trace.stream.filter((each) => each === stream)).toHaveLength(once.iterations);
    }
    expect(named(calls, 'noContext')).toEqual([]);
  });

  it('copies the inputs and outputs of every query', async () => {
    const { calls, queries } = await time({});
    expect(named(calls, 'cuMemcpyHtoDAsync_v2')).toHaveLength(queries);
    expect(named(calls, 'cuMemcpyDtoHAsync_v2')).toHaveLength(queries);
  });

  it.each([1, 2])('without transfers on %i streams: inputs once, outputs when they are asked for', async (streams) => {
    const x = row(1, -2, 3);
    const options = { streams, transfers: false, inputs: { x } };
    const { calls, trace, outputs } = await time({ ...options, fetchOutputs: true });
    expect(named(calls, 'cuMemcpyHtoDAsync_v2')).toHaveLength(streams);
    expect(named(calls, 'cuMemcpyDtoHAsync_v2')).toHaveLength(1);
    expect([...(outputs!['y']!.data as Float32Array)]).toEqual(folded(x));
    // Nothing but the computation is timed.
    expect(trace.h2dEnd).toEqual(trace.h2dStart);
    expect(trace.h2dEnd).toEqual(trace.computeStart);
    expect(trace.d2hStart).toEqual(trace.computeEnd);
    expect(trace.d2hEnd).toEqual(trace.d2hStart);
    expect(named((await time(options)).calls, 'cuMemcpyDtoHAsync_v2')).toEqual([]);
  });

  it.each([false, true])('waits for the GPU by spinning: %s', async (spinWait) => {
    const { calls } = await time({ spinWait, streams: 2 });
    const events = named(calls, 'event');
    // Two queries in flight per stream, of six moments each, and the start.
    expect(events).toHaveLength(2 * 2 * 6 + 1);
    for (const event of events) expect(event).toMatchObject({ spins: spinWait, timed: true });
  });

  it('sleeps on the GPU before the first query', async () => {
    const { calls } = await time({ sleepMs: 30, streams: 2 });
    // The double runs queries as host functions, too: they are recorded when they end.
    const [sleep, ...queries] = named(calls, 'hostFunction');
    expect(sleep!['ms']).toBeGreaterThanOrEqual(30);
    expect(queries).toHaveLength(2 * once.iterations);
  });

  it('idles between queries', async () => {
    const idleMs = 4;
    const { trace } = await time({ idleMs });
    const starts = [...trace.enqueueStart].sort((a, b) => a - b);
    // Of float32 milliseconds.
    for (let i = 1; i < starts.length; i++) expect(starts[i]! - starts[i - 1]!).toBeGreaterThan(idleMs - 0.01);
  });

  it('overlaps nothing with exposeDma: one query in flight', async () => {
    const { calls, trace } = await time({ exposeDma: true });
    expect(named(calls, 'event')).toHaveLength(6 + 1);
    for (let i = 1; i < trace.h2dStart.length; i++) {
      expect(trace.h2dStart[i]).toBeGreaterThanOrEqual(trace.d2hEnd[i - 1]!);
    }
  });

  it('copies nothing with managed memory', async () => {
    const x = row(1, -2, 3);
    const { calls, outputs } = await time({ managedMemory: true, inputs: { x }, fetchOutputs: true });
    expect(named(calls, 'cuMemAllocManaged').length).toBeGreaterThanOrEqual(2);
    expect(calls.filter(({ call }) => call.startsWith('cuMemcpy'))).toEqual([]);
    expect([...(outputs!['y']!.data as Float32Array)]).toEqual(folded(x));
  });

  it.each([
    ['static', []],
    // 4 KiB for each layer, and for the engine.
    ['profile', [3 * 4096]],
    ['runtime', [4096]],
  ] as const)('gives contexts memory of its own: %s', async (allocationStrategy, bytes) => {
    const { calls } = await time({ allocationStrategy });
    const strategy = allocationStrategy === 'static' ? 'kSTATIC' : 'kUSER_MANAGED';
    expect(named(calls, 'createExecutionContext')).toMatchObject([{ strategy }]);
    expect(named(calls, 'setDeviceMemoryV2').map((call) => call['bytes'])).toEqual(bytes);
  });
}

function named(calls: readonly DoubleCall[], name: string): DoubleCall[] {
  return calls.filter(({ call }) => call === name);
}

function threads(calls: readonly DoubleCall[]): number[] {
  return [...new Set(calls.map(({ thread }) => thread))];
}
