import { beforeAll, describe, expect, it } from 'vitest';
import {
  buildEngine,
  createRuntime,
  timeEngine,
  type Engine,
  type ExecutionContext,
  type Runtime,
  type TimedRun,
} from '#lib/backends/tensorrt/index.js';
import { CalibrtError } from '#lib/errors.js';
import { recorded, useDouble, withoutBridge } from '../support/double.js';
import { fold, row } from './networks.js';

describe.each(['10', '11'] as const)('the double of TensorRT %s', (flavour) => {
  const without = withoutBridge(flavour);
  describe.skipIf(without !== '')(`after a disposal${without}`, () => behaviour(flavour));
});

interface Live {
  readonly plan: Uint8Array;
  readonly runtime: Runtime;
  readonly engine: Engine;
  readonly context: ExecutionContext;
}

type Owner = 'runtime' | 'engine' | 'context';

/** Every method that takes the library, with the object that it is of. */
const methods: Readonly<Record<string, readonly [owner: Owner, call: (live: Live) => Promise<unknown>]>> = {
  'Runtime.load': ['runtime', ({ runtime, plan }) => runtime.load(plan)],
  'Engine.createContext': ['engine', ({ engine }) => engine.createContext()],
  'Engine.inspect': ['engine', ({ engine }) => engine.inspect()],
  'Engine.time': ['engine', ({ engine }) => engine.time({ iterations: 1, durationSeconds: 0, warmUpMs: 0 })],
  timeEngine: ['engine', ({ engine }) => timeEngine(engine, { iterations: 1, durationSeconds: 0, warmUpMs: 0 })],
  'ExecutionContext.infer': ['context', ({ context }) => context.infer({ x: row(1, 2, 3) })],
  'ExecutionContext.layerTimes': ['context', ({ context }) => context.layerTimes()],
  'ExecutionContext.inspect': ['context', ({ context }) => context.inspect()],
};

/** What goes with each: an engine takes its contexts with it, a runtime its engines. */
const gone: Readonly<Record<Owner, readonly Owner[]>> = {
  context: ['context'],
  engine: ['engine', 'context'],
  runtime: ['runtime', 'engine', 'context'],
};

const messages: Readonly<Record<Owner, string>> = {
  runtime: 'the runtime has been disposed of: load or create another',
  engine: 'the engine has been disposed of: load or create another',
  context: 'the execution context has been disposed of: load or create another',
};

function behaviour(flavour: '10' | '11'): void {
  let plan: Uint8Array;
  beforeAll(async () => {
    useDouble({ flavour });
    ({ plan } = await buildEngine(fold(1), { flavour }));
  });

  /** Calls every method; refusals by the method's name. */
  async function callAll(live: Live): Promise<Record<string, unknown>> {
    const outcomes: Record<string, unknown> = {};
    for (const [name, [, call]] of Object.entries(methods)) {
      outcomes[name] = await call(live).then(
        () => 'done',
        (error: unknown) => error,
      );
    }
    return outcomes;
  }

  async function make(): Promise<Live> {
    const runtime = await createRuntime({ flavour });
    const engine = await runtime.load(plan);
    return { plan, runtime, engine, context: await engine.createContext({ profileLayers: true }) };
  }

  it.each(['context', 'engine', 'runtime'] as const)(
    'of the %s its methods are refused, the others work',
    async (of) => {
      useDouble({ flavour });
      const live = await make();
      expect(new Set(Object.values(await callAll(live)))).toEqual(new Set(['done']));
      await live[of].dispose();
      const outcomes = await callAll(live);
      for (const [name, [owner]] of Object.entries(methods)) {
        const outcome = outcomes[name];
        if (!gone[of].includes(owner)) {
          expect({ name, outcome }).toEqual({ name, outcome: 'done' });
          continue;
        }
        expect(outcome, name).toBeInstanceOf(CalibrtError);
        expect(outcome, name).toMatchObject({ code: 'ERR_USAGE', message: messages[owner] });
      }
      await live.runtime.dispose();
    },
  );

  it('nothing reaches the library, and disposing again does nothing', async () => {
    const live = await make();
    await live.runtime.dispose();
    const { error, calls } = await recorded({ flavour, recordCuda: true }, async () => {
      await callAll(live);
      await Promise.all([live.context.dispose(), live.engine.dispose(), live.runtime.dispose()]);
    });
    expect(error).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it.each(['context', 'engine', 'runtime'] as const)('of the %s, what was asked for before is done', async (of) => {
    useDouble({ flavour, runMs: 2 });
    const live = await make();
    const asked = [
      live.context.infer({ x: row(1, 2, 3) }),
      live.context.inspect(),
      live.context.layerTimes(),
      live.engine.inspect(),
      live.engine.time({ iterations: 3, durationSeconds: 0, warmUpMs: 0 }),
    ];
    await live[of].dispose();
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(asked.map(() => 'fulfilled'));
    await live.runtime.dispose();
    useDouble({ flavour });
  });

  it.each([true, false])('of the engine, a timed run without an end ends (with a signal: %s)', async (withSignal) => {
    useDouble({ flavour });
    const { runtime, engine } = await make();
    const signal = withSignal ? { signal: new AbortController().signal } : {};
    let run: Promise<TimedRun> | undefined;
    await new Promise<void>((resolve) => {
      run = engine.time({ durationSeconds: -1, warmUpMs: 0, onProgress: () => resolve(), ...signal });
    });
    await engine.dispose();
    expect((await run!).trace.stream.length).toBeGreaterThan(0);
    await runtime.dispose();
  });
}
