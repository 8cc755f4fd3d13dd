import { beforeAll, describe, expect, it } from 'vitest';
import { buildEngine, createRuntime, type Engine } from '#lib/backends/tensorrt/index.js';
import { recorded, useDouble, withoutBridge, type DoubleCall } from '../support/double.js';
import { fold } from './networks.js';

describe.each(['10', '11'] as const)('the double of TensorRT %s', (flavour) => {
  const without = withoutBridge(flavour);
  describe.skipIf(without !== '')(`disposing of a runtime${without}`, () => behaviour(flavour));
});

const disposed = { code: 'ERR_USAGE', message: 'the runtime has been disposed of: load or create another' };

function behaviour(flavour: '10' | '11'): void {
  let plan: Uint8Array;
  beforeAll(async () => {
    useDouble({ flavour });
    ({ plan } = await buildEngine(fold(1), { flavour }));
  });

  /** Disposes in the middle of `count` loads; the calls are those that were made when the disposal was done. */
  async function disposeWithin(count: number, fail: readonly string[] = []) {
    let loads: Promise<Engine>[] = [];
    const { error, calls } = await recorded({ flavour, fail }, async () => {
      await new Promise<void>((resolve, reject) => {
        // The library says something in the middle of each load: here of the first.
        const onLog = (): void => void runtime.then((each) => each.dispose()).then(resolve, reject);
        const runtime = createRuntime({ flavour, onLog });
        void runtime.then((each) => {
          loads = Array.from({ length: count }, () => each.load(plan));
          // Their outcome is asked for below.
          for (const load of loads) load.catch(() => undefined);
        }, reject);
      });
    });
    expect(error).toBeUndefined();
    const outcomes = await Promise.allSettled(loads);
    return { outcomes: outcomes.map((each) => (each.status === 'rejected' ? (each.reason as unknown) : each)), calls };
  }

  it.each([1, 3])('waits for %i loads under way, which are refused and leave nothing', async (count) => {
    const { outcomes, calls } = await disposeWithin(count);
    expect(outcomes).toHaveLength(count);
    for (const outcome of outcomes) expect(outcome).toMatchObject(disposed);
    expect(calls.filter(({ call }) => call === 'deserializeCudaEngine')).toHaveLength(count);
    expect(alive(calls)).toEqual({ runtimes: 0, engines: 0 });
  });

  it('leaves a load that fails its own error', async () => {
    const { outcomes, calls } = await disposeWithin(1, ['deserialize']);
    expect(outcomes).toMatchObject([{ code: 'ERR_PLAN_INVALID' }]);
    expect(calls.filter(({ call }) => call === 'destroyRuntime')).toHaveLength(1);
  });

  it('begins no load that was asked for just before', async () => {
    const { result, calls } = await recorded({ flavour }, async () => {
      const runtime = await createRuntime({ flavour });
      const load = runtime.load(plan).catch((error: unknown) => error);
      await runtime.dispose();
      return await load;
    });
    expect(result).toMatchObject(disposed);
    expect(calls).toEqual([]);
  });

  it('disposes of its engines and their contexts, once', async () => {
    const { error, calls } = await recorded({ flavour }, async () => {
      const runtime = await createRuntime({ flavour });
      const engines = await Promise.all([runtime.load(plan), runtime.load(plan)]);
      await engines[0].createContext();
      await engines[1].dispose();
      await Promise.all([runtime.dispose(), runtime.dispose()]);
      await expect(engines[0].inspect()).rejects.toMatchObject({ code: 'ERR_USAGE' });
    });
    expect(error).toBeUndefined();
    expect(alive(calls)).toEqual({ runtimes: 0, engines: 0 });
    expect(calls.filter(({ call }) => call === 'destroyContext')).toHaveLength(1);
  });
}

/** Runtimes and engines that were made and not destroyed. */
function alive(calls: readonly DoubleCall[]): Record<'runtimes' | 'engines', number> {
  const count = (name: string): number => calls.filter(({ call }) => call === name).length;
  return {
    runtimes: count('createInferRuntime') - count('destroyRuntime'),
    engines: count('deserializeCudaEngine') - count('destroyEngine'),
  };
}
