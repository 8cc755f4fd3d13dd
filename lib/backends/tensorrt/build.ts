import { abortError, throwIfAborted } from '../../errors.js';
import type { LogSeverity, NativeBuildEvent, NativeBuildResult } from '../../native.js';
import type { OperationOptions } from '../../progress.js';
import type { BuildOptions, BuildResult } from './build-options.js';
import { BuildProgress } from './build-progress.js';
import { checkInputs, resolveTargets, toNativeRequest } from './build-request.js';
import { buildFailure } from './failures.js';
import { traitsOf } from './flavours.js';
import type { TensorRtLibrary } from './library.js';
import { selectLibrary } from './select.js';

/** Most important first. */
const severities: readonly LogSeverity[] = ['fatal', 'error', 'warning', 'info', 'verbose'];

/**
 * Builds an engine plan from an ONNX model, on a thread of its own; any number of builds may run at the same time. The model
 * keeps its types: an INT8 engine comes of a model with Q/DQ nodes.
 *
 * @param model - Path of the ONNX file (external data is found beside it), or the model's bytes, which are copied at once.
 * @throws CalibrtError `ERR_USAGE`, `ERR_MODEL_NOT_FOUND`, `ERR_MODEL_INVALID`: what was given is wrong. `ERR_BACKEND_MISSING`,
 *   `ERR_NATIVE_MISSING`, `ERR_BACKEND_UNSUPPORTED`, `ERR_BACKEND_FAILED`, `ERR_NO_GPU`: the library, its bridge, its version, or the
 *   machine; each says what to do. `ERR_BUILD`: the parser or the builder refused; `details` has every message. `ERR_ABORTED`.
 */
export async function buildEngine(
  model: string | Uint8Array,
  options: BuildOptions & OperationOptions = {},
): Promise<BuildResult> {
  throwIfAborted(options.signal);
  await checkInputs(model, options);
  const start = performance.now();
  const { backend, flavour, library: path, targets: asked } = options;
  const aheadOfTime = asked?.some((target) => target !== 'current');
  const library = await selectLibrary({ backend, flavour, library: path, aheadOfTime });
  const targets = await resolveTargets(library, asked);
  const open = performance.now() - start;

  const built = await run(library, model, targets, options);
  for (const warning of built.warnings) options.onWarning?.(warning);
  const { parseMs: parse, buildMs: build } = built;
  return {
    backend: traitsOf(library.flavour).backend,
    libraryVersion: library.version,
    targets: targets.length === 0 ? ['current'] : targets,
    plan: built.plan,
    bytes: built.plan.byteLength,
    layers: built.layers,
    inputs: built.inputs,
    outputs: built.outputs,
    ...(built.weightBytes === undefined ? {} : { weightBytes: built.weightBytes }),
    timings: { open, parse, build, total: performance.now() - start },
    warnings: built.warnings,
    ...(built.timingCache.byteLength === 0 ? {} : { timingCache: built.timingCache }),
  };
}

async function run(
  library: TensorRtLibrary,
  model: string | Uint8Array,
  targets: readonly string[],
  options: BuildOptions & OperationOptions,
): Promise<NativeBuildResult> {
  const { signal, onProgress, onLog } = options;
  const progress = onProgress && new BuildProgress(onProgress);
  const least = severities.indexOf(options.logLevel ?? 'info');
  let thrown: { readonly error: unknown } | undefined;

  const handle = (event: NativeBuildEvent): void => {
    if (event.type !== 'log') progress?.handle(event);
    else if (severities.indexOf(event.severity) <= least) onLog?.(event.severity, event.message);
  };
  throwIfAborted(signal);
  const job = library.native.build(toNativeRequest(model, targets, options), (events) => {
    if (thrown !== undefined || signal?.aborted) return;
    try {
      events.forEach(handle);
    } catch (error) {
      // What a callback throws fails the build; it must not be lost in native code.
      thrown = { error };
      job.cancel();
    }
  });
  const cancel = (): void => job.cancel();
  signal?.addEventListener('abort', cancel);
  try {
    const outcome = await job.result;
    if (thrown !== undefined) throw thrown.error;
    // The plan may have been ready when the signal came.
    if (signal?.aborted) throw abortError(signal);
    if (!outcome.ok) {
      throw buildFailure(outcome.failure, library.name, typeof model === 'string' ? model : 'the model');
    }
    progress?.end();
    return outcome.value;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
