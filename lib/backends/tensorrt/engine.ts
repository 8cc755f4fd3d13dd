import type { NativeEngine } from '../../native.js';
import { ExecutionContext } from './context.js';
import { Children, DisposeGuard } from './disposal.js';
import type { ContextOptions, EngineDescription, EngineTensor, WeightStreaming } from './engine-options.js';
import { checkTypes } from './outputs.js';
import { valueOf } from './run-failures.js';
import { checkRunOptions } from './run-options.js';
import type { TimedRun, TimingOptions } from './timing-options.js';
import { runTiming, type ProgressListeners } from './timing-run.js';

/** What an engine is made of. */
export interface EngineParts {
  readonly native: NativeEngine;
  /** Of the library: `TensorRT 10.16.0`. */
  readonly libraryName: string;
  readonly libraryVersion: string;
  /** Where the plan came from, for messages. */
  readonly source: string;
  /** Who hears of a timed run's progress, by its number. */
  readonly listeners: ProgressListeners;
}

/**
 * A deserialized engine: see `loadEngine`. One that is forgotten is collected, but then GPU memory waits for the garbage collector:
 * dispose of it, or declare it with `await using`.
 */
export class Engine implements EngineDescription, AsyncDisposable {
  readonly name: string;
  readonly layers: number;
  readonly tensors: readonly EngineTensor[];
  readonly profiles: number;
  readonly contextMemoryBytes: number;
  readonly auxiliaryStreams: number;
  readonly refittable: boolean;
  readonly profilingVerbosity: EngineDescription['profilingVerbosity'];
  // Declared alone: the property is absent where the plan has no weight streaming.
  declare readonly weightStreaming?: WeightStreaming;
  /** Of the library that runs it: `10.16.0`. */
  readonly libraryVersion: string;

  readonly #native: NativeEngine;
  readonly #listeners: ProgressListeners;
  readonly #what: string;
  readonly #guard = new DisposeGuard('the engine');
  readonly #contexts = new Children<ExecutionContext>();
  /** Contexts that are being made. */
  readonly #making = new Set<Promise<unknown>>();
  /** Fires when the disposal begins: a timed run without an end would keep it waiting for ever. */
  readonly #ending = new AbortController();

  /** @internal */
  constructor({ native, libraryName, libraryVersion, source, listeners }: EngineParts) {
    const { info } = native;
    this.name = info.name;
    this.layers = info.layers;
    // The bridge names types as ONNX does.
    this.tensors = info.tensors as readonly EngineTensor[];
    this.profiles = info.profiles;
    this.contextMemoryBytes = info.contextMemoryBytes;
    this.auxiliaryStreams = info.auxiliaryStreams;
    this.refittable = info.refittable;
    this.profilingVerbosity = info.profilingVerbosity;
    if (info.weightStreaming !== undefined) this.weightStreaming = info.weightStreaming;
    this.libraryVersion = libraryVersion;
    this.#native = native;
    this.#listeners = listeners;
    this.#what = `${source} on ${libraryName}`;
  }

  /**
   * Makes an execution context, which runs inferences beside those of others. It may outlive the variable that holds the engine.
   *
   * @throws CalibrtError `ERR_USAGE` for options that exclude each other, a profile that the engine does not have, or after `dispose`;
   *   `ERR_BACKEND_UNSUPPORTED` for inputs or outputs of a type or layout that JavaScript cannot hold; `ERR_BACKEND_FAILED` where GPU memory
   *   is short.
   */
  async createContext(options: ContextOptions = {}): Promise<ExecutionContext> {
    this.#guard.check();
    checkRunOptions(this, options);
    const { profile = 0, cudaGraph = false, spinWait = false, profileLayers = false } = options;
    checkTypes(this.tensors);
    const made = this.#native.createContext({ profile, cudaGraph, spinWait, profileLayers });
    this.#making.add(made);
    try {
      const context = new ExecutionContext(valueOf(await made, this.#what), this.tensors, this.#what, options);
      this.#contexts.add(context);
      return context;
    } finally {
      this.#making.delete(made);
    }
  }

  /** The engine inspector's JSON, as the library writes it; how much it says is `profilingVerbosity` of the build. */
  async inspect(): Promise<string> {
    this.#guard.check();
    return valueOf(await this.#native.inspect(), this.#what);
  }

  /** Times the engine; see `timeEngine`. Runs of one engine wait for each other. */
  async time(options: TimingOptions = {}): Promise<TimedRun> {
    this.#guard.check();
    const run = options.durationSeconds === -1 ? { ...options, signal: this.#untilDisposal(options.signal) } : options;
    return runTiming(this, this.#native, this.#what, this.#listeners, run);
  }

  /**
   * Refuses further calls, waits for those made before and for the contexts, disposes of these, and frees the engine's memory. A timed
   * run without an end resolves with what it measured so far.
   */
  dispose(): Promise<void> {
    return this.#guard.dispose(async () => {
      this.#ending.abort();
      await Promise.allSettled(this.#making);
      // A context that was just made is added one turn after its making ended.
      await Promise.resolve();
      await this.#contexts.dispose();
      await this.#native.dispose();
    });
  }

  /** The same as {@link Engine.dispose}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #untilDisposal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#ending.signal : AbortSignal.any([signal, this.#ending.signal]);
  }
}
