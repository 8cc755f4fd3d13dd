import { buildEngine } from '../../backends/tensorrt/build.js';
import type { Engine } from '../../backends/tensorrt/engine.js';
import { flavours } from '../../backends/tensorrt/flavours.js';
import { loadEngine } from '../../backends/tensorrt/load.js';
import { locateTensorRt } from '../../backends/tensorrt/locate.js';
import { readPlanHeader } from '../../backends/tensorrt/plan.js';
import { selectLibrary } from '../../backends/tensorrt/select.js';
import { timeEngine } from '../../backends/tensorrt/timing.js';
import { native, type TensorRtFlavour } from '../../native.js';
import type { BackendChoice, TrtexecBackend, TrtexecEngine } from './backend.js';

/**
 * Opens the library to use: of `--backend`, of the plan to load, or the one that can do something here.
 *
 * @throws CalibrtError `ERR_BACKEND_MISSING`, `ERR_NATIVE_MISSING`, `ERR_BACKEND_UNSUPPORTED`, `ERR_BACKEND_FAILED`;
 *   `ERR_PLAN_INVALID` for what is no plan.
 */
export async function openNativeBackend(choice: BackendChoice): Promise<TrtexecBackend> {
  const flavour = choice.plan === undefined ? undefined : await makerOf(choice.plan, choice.backend);
  const library = await selectLibrary(flavour === undefined ? { backend: choice.backend } : { flavour });
  const logLevel = choice.verbose ? 'verbose' : 'info';
  const which = { flavour: library.flavour };
  return {
    flavour: library.flavour,
    name: library.name,
    version: library.version,
    stronglyTyped: library.bridge.stronglyTyped,
    buildsAheadOfTime: library.bridge.targets.length > 0,
    devices: () => native().probeCuda(),
    build: (model, options, onLog) => buildEngine(model, { ...options, ...which, onLog, logLevel }),
    async load(plan, options, onLog) {
      const { device, allowHostCode, weightStreamingBudget, tempdir } = options;
      // Read by the library when it makes a runtime; what other processes of ours write goes where it went.
      const before = process.env['TMPDIR'];
      if (tempdir !== undefined) process.env['TMPDIR'] = tempdir;
      const engine = await loadEngine(plan, {
        ...which,
        device,
        onLog,
        logLevel,
        ...(allowHostCode === undefined ? {} : { allowHostCode }),
        ...(weightStreamingBudget === undefined ? {} : { weightStreamingBudget }),
      }).finally(() => {
        if (before === undefined) delete process.env['TMPDIR'];
        else process.env['TMPDIR'] = before;
      });
      return asTrtexecEngine(engine);
    },
  };
}

function asTrtexecEngine(engine: Engine): TrtexecEngine {
  const { name, layers, tensors, profiles, contextMemoryBytes, auxiliaryStreams, refittable } = engine;
  const { profilingVerbosity, weightStreaming } = engine;
  return {
    ...{ name, layers, tensors, profiles, contextMemoryBytes, auxiliaryStreams, refittable, profilingVerbosity },
    ...(weightStreaming === undefined ? {} : { weightStreaming }),
    inspect: () => engine.inspect(),
    time: (options) => timeEngine(engine, options),
    [Symbol.asyncDispose]: () => engine.dispose(),
  };
}

/** The flavour that made a plan, where it is here to load it. */
async function makerOf(plan: string, backend: BackendChoice['backend']): Promise<TensorRtFlavour | undefined> {
  if (backend !== 'auto') return undefined;
  const { kind, version } = await readPlanHeader(plan);
  const wanted = kind === 'tensorrt-rtx' ? 'rtx' : version.split('.')[0];
  return flavours.find(({ flavour }) => flavour === wanted && locateTensorRt(flavour).found !== undefined)?.flavour;
}
