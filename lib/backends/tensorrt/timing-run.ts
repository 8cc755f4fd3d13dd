import { abortError, throwIfAborted } from '../../errors.js';
import type { NativeEngine } from '../../native.js';
import type { EngineDescription } from './engine-options.js';
import { iterationsOf, summarizeLayers } from './layer-times.js';
import { checkTypes, toTensors } from './outputs.js';
import { valueOf } from './run-failures.js';
import { checkRunOptions } from './run-options.js';
import type { TimedRun, TimingOptions } from './timing-options.js';
import { toTimingRequest } from './timing-request.js';

/** Who hears of the progress of each timed run, by its number. */
export type ProgressListeners = Map<number, (elapsedMs: number) => void>;

let runs = 0;

/** A timed run of an engine whose options have not been checked. */
export async function runTiming(
  engine: EngineDescription,
  native: NativeEngine,
  what: string,
  listeners: ProgressListeners,
  options: TimingOptions,
): Promise<TimedRun> {
  const { signal, onProgress, profileLayers = false, fetchOutputs = false, durationSeconds } = options;
  throwIfAborted(signal);
  checkRunOptions(engine, options);
  if (fetchOutputs) checkTypes(engine.tensors.filter(({ mode }) => mode === 'output'));
  const request = toTimingRequest(engine.tensors, options);

  const run = ++runs;
  let thrown: { readonly error: unknown } | undefined;
  const job = native.time(request, run);
  const total = durationSeconds === -1 ? {} : { total: request.durationMs + request.warmUpMs };
  listeners.set(run, (elapsedMs) => {
    try {
      onProgress?.({ phase: 'bench', done: elapsedMs, ...total });
    } catch (error) {
      // What a callback throws fails the run; it must not be lost in native code.
      thrown ??= { error };
      job.cancel();
    }
  });
  const cancel = (): void => job.cancel();
  signal?.addEventListener('abort', cancel);
  try {
    const { trace, layers, outputs, notes } = valueOf(await job.result, what);
    if (thrown !== undefined) throw thrown.error;
    if (signal?.aborted && durationSeconds !== -1) throw abortError(signal);
    return {
      trace,
      ...(fetchOutputs ? { outputs: toTensors(engine.tensors, outputs) } : {}),
      ...(profileLayers ? { layers: summarizeLayers(layers), profiledIterations: iterationsOf(layers) } : {}),
      notes,
    };
  } finally {
    listeners.delete(run);
    signal?.removeEventListener('abort', cancel);
  }
}
