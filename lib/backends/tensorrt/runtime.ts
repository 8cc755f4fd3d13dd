import { resolve } from 'node:path';
import { CalibrtError } from '../../errors.js';
import type { NativeEngineEvent, NativeFailure, NativeLoadRequest } from '../../native.js';
import { Children, DisposeGuard } from './disposal.js';
import type { LoadOptions, RuntimeOptions } from './engine-options.js';
import { Engine } from './engine.js';
import type { TensorRtLibrary } from './library.js';
import { readPlanHeader, type PlanHeader } from './plan.js';
import { oneLine, runFailure } from './run-failures.js';
import { selectLibrary } from './select.js';
import type { ProgressListeners } from './timing-run.js';

/**
 * A TensorRT library on one GPU, to load engines with; made by {@link createRuntime}. Disposing of it disposes of its engines.
 */
export class Runtime implements AsyncDisposable {
  readonly #library: TensorRtLibrary;
  readonly #options: RuntimeOptions;
  readonly #guard = new DisposeGuard('the runtime');
  readonly #engines = new Children<Engine>();
  /** Engines that are being loaded. */
  readonly #loading = new Set<Promise<Engine>>();

  /** @internal */
  constructor(library: TensorRtLibrary, options: RuntimeOptions) {
    this.#library = library;
    this.#options = options;
  }

  /** `TensorRT 10.16.0` */
  get name(): string {
    return this.#library.name;
  }

  get version(): string {
    return this.#library.version;
  }

  /**
   * Reads a plan and makes an engine of it, off the JS thread.
   *
   * @param plan - Its path, or its bytes, which must stay as they are until the engine is made.
   * @throws CalibrtError `ERR_PLAN_INVALID` for what is no plan, is truncated, or was built by another version or for another GPU;
   *   `ERR_NO_GPU` without a GPU; `ERR_USAGE` for options that do not fit the plan, or where the runtime is disposed of, before or meanwhile.
   */
  async load(plan: string | Uint8Array, options: LoadOptions = {}): Promise<Engine> {
    this.#guard.check();
    const loading = this.#load(plan, options);
    this.#loading.add(loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(loading);
    }
  }

  /**
   * Refuses further calls, waits for the engines that are being loaded, whose `load` is rejected with `ERR_USAGE`, and disposes of the
   * engines: the GPU memory of all of them is free when it resolves.
   */
  dispose(): Promise<void> {
    return this.#guard.dispose(async () => {
      // Those under way dispose of their engine themselves.
      await Promise.allSettled(this.#loading);
      await this.#engines.dispose();
    });
  }

  /** The same as {@link Runtime.dispose}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #load(plan: string | Uint8Array, options: LoadOptions): Promise<Engine> {
    const request = this.#request(plan, options);
    const header = await readPlanHeader(plan);
    const source = typeof plan === 'string' ? plan : 'the plan';
    checkMaker(header, source, this.#library);
    // A load cannot be stopped once it began.
    this.#guard.check();
    const listeners: ProgressListeners = new Map();
    const outcome = await this.#library.native.load(request, eventHandler(this.#options, listeners));
    if (!outcome.ok) throw loadFailure(outcome.failure, source, header, this.#library);
    const { name: libraryName, version: libraryVersion } = this.#library;
    const engine = new Engine({ native: outcome.value, libraryName, libraryVersion, source, listeners });
    if (this.#guard.isDisposed) await engine.dispose();
    this.#guard.check();
    this.#engines.add(engine);
    return engine;
  }

  #request(plan: string | Uint8Array, options: LoadOptions): NativeLoadRequest {
    const { device = 0, onLog, logLevel = 'info' } = this.#options;
    const budget = weightBudget(options.weightStreamingBudget);
    return {
      ...(typeof plan === 'string' ? { planPath: resolve(plan) } : { plan }),
      device,
      allowHostCode: options.allowHostCode ?? false,
      ...(budget === undefined ? {} : { weightBudget: budget }),
      ...(onLog === undefined ? {} : { logLevel }),
    };
  }
}

/**
 * Finds and opens the library to run engines with.
 *
 * @throws CalibrtError `ERR_BACKEND_MISSING`, `ERR_NATIVE_MISSING`, `ERR_BACKEND_UNSUPPORTED`, `ERR_BACKEND_FAILED`: each says what to
 *   do; `ERR_USAGE` for a device that is no index.
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const { backend, flavour, library, device = 0 } = options;
  if (!Number.isInteger(device) || device < 0) {
    throw new CalibrtError('ERR_USAGE', `device is ${device}: expected the index of a GPU, from 0`);
  }
  return new Runtime(await selectLibrary({ backend, flavour, library }), options);
}

// Of a function of its own, so that it holds no engine: one that is forgotten could not be collected.
function eventHandler({ onLog }: RuntimeOptions, listeners: ProgressListeners): (event: NativeEngineEvent) => void {
  return (event) => {
    if (event.type === 'progress') listeners.get(event.run)?.(event.elapsedMs);
    else onLog?.(event.severity, event.message);
  };
}

function checkMaker(header: PlanHeader, source: string, library: TensorRtLibrary): void {
  const product = header.kind === 'tensorrt-rtx' ? 'TensorRT-RTX' : 'TensorRT';
  const major = header.version.split('.')[0];
  const wanted = header.kind === 'tensorrt-rtx' ? 'rtx' : major;
  if (wanted === library.flavour) return;
  throw new CalibrtError(
    'ERR_PLAN_INVALID',
    `${source} was built by ${product} ${header.version}: ${library.name} cannot load it; build it again, or load it with ` +
      `${product} ${major}.x`,
  );
}

function loadFailure(
  failure: NativeFailure,
  source: string,
  { version, targets }: PlanHeader,
  library: TensorRtLibrary,
): CalibrtError {
  if (failure.kind === 'noGpu') {
    return new CalibrtError('ERR_NO_GPU', `${source}: ${failure.message}; running an engine needs a GPU`);
  }
  if (failure.kind !== 'plan') return runFailure(failure, `${source} on ${library.name}`);
  const reason = failure.details[0] === undefined ? '' : `: ${oneLine(failure.details[0])}`;
  const made = version === library.version ? '' : ` (the plan is of version ${version})`;
  const gpus = targets === undefined ? '' : ` (the plan is for ${targets.join(', ')})`;
  return new CalibrtError(
    'ERR_PLAN_INVALID',
    `${library.name} makes no engine of ${source}${made}${gpus}${reason}; build it again with this version on this GPU`,
    { details: failure.details },
  );
}

function weightBudget(budget: LoadOptions['weightStreamingBudget']): NativeLoadRequest['weightBudget'] {
  if (budget === undefined) return undefined;
  if (budget === 'automatic') return { kind: 'automatic', value: 0 };
  const percent = typeof budget === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(budget) : null;
  const value = percent === null ? budget : Number(percent[1]);
  if (typeof value !== 'number' || !(value >= 0) || (percent === null ? !Number.isSafeInteger(value) : value > 100)) {
    throw new CalibrtError(
      'ERR_USAGE',
      `weightStreamingBudget is ${budget}: expected a number of bytes, a share such as '50%', or 'automatic'`,
    );
  }
  return { kind: percent === null ? 'bytes' : 'percent', value };
}
