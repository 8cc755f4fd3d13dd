import type { NamedTensors } from '../../data/index.js';
import type { NativeContext } from '../../native.js';
import { DisposeGuard } from './disposal.js';
import type { ContextOptions, EngineTensor } from './engine-options.js';
import { toFeeds } from './feeds.js';
import { summarizeLayers } from './layer-times.js';
import { toTensors } from './outputs.js';
import { valueOf } from './run-failures.js';
import type { LayerTime } from './timing-options.js';

/**
 * Runs inferences of one engine, one after another, on a thread and a CUDA stream of its own; contexts run beside each other. Made by
 * `Engine.createContext`. One that is forgotten is collected, but then GPU memory waits for the garbage collector: dispose of it,
 * or declare it with `await using`.
 */
export class ExecutionContext implements AsyncDisposable {
  /** The optimization profile that it runs. */
  readonly profile: number;
  readonly #native: NativeContext;
  readonly #tensors: readonly EngineTensor[];
  readonly #inputs: readonly EngineTensor[];
  readonly #onWarning: ContextOptions['onWarning'];
  readonly #what: string;
  readonly #guard = new DisposeGuard('the execution context');

  /** @internal */
  constructor(native: NativeContext, tensors: readonly EngineTensor[], what: string, options: ContextOptions) {
    this.#native = native;
    this.#tensors = tensors;
    this.#inputs = tensors.filter(({ mode }) => mode === 'input');
    this.#onWarning = options.onWarning;
    this.#what = what;
    this.profile = options.profile ?? 0;
  }

  /**
   * Runs the engine once. Calls are done in the order in which they are made, without waiting for each other. The feeds are copied
   * before this returns. Outputs are new memory each time; that of large ones goes back to the GPU's driver when they are collected, and
   * cannot be transferred to a worker.
   *
   * @throws CalibrtError `ERR_USAGE` for an input that is missing or unknown, or after `dispose`; `ERR_DATA_DTYPE`, `ERR_DATA_SHAPE` for
   *   a tensor that the engine does not take under the context's profile; `ERR_BACKEND_FAILED` where the library or the driver fails.
   */
  async infer(feeds: NamedTensors): Promise<NamedTensors> {
    this.#guard.check();
    const outcome = await this.#native.infer(toFeeds(this.#inputs, this.profile, feeds));
    const { outputs, warnings } = valueOf(outcome, this.#what);
    for (const warning of warnings) this.#onWarning?.(warning);
    return toTensors(this.#tensors, outputs);
  }

  /** The time of each layer over all inferences so far, in the order of execution; empty unless created with `profileLayers`. */
  async layerTimes(): Promise<LayerTime[]> {
    this.#guard.check();
    return summarizeLayers(valueOf(await this.#native.layerTimes(), this.#what));
  }

  /** The engine inspector's JSON, with the shapes of the last inference in place of dynamic ones. */
  async inspect(): Promise<string> {
    this.#guard.check();
    return valueOf(await this.#native.inspect(), this.#what);
  }

  /** Refuses further calls, does those made before, and frees the context's memory. */
  dispose(): Promise<void> {
    return this.#guard.dispose(async () => {
      await this.#native.dispose();
    });
  }

  /** The same as {@link ExecutionContext.dispose}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}
