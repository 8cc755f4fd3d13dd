import { abortError, CalibrtError, throwIfAborted } from '../../errors.js';
import { checkOutputPath, writeFileAtomic } from '../../files.js';
import type { LogSeverity, NativeBuildEvent, NativeBuildResult } from '../../native.js';
import type { OperationOptions } from '../../progress.js';
import type { BuildOptions, BuildResult } from './build-options.js';
import { BuildProgress } from './build-progress.js';
import { withRemedy } from './build-remedies.js';
import { checkInputs, resolveTargets } from './build-request.js';
import { serveCache, type ServedCache } from './calibration-cache.js';
import { CalibrationFeed } from './calibration-feed.js';
import { PercentileCalibrator, type NativeCalibrator } from './calibrators.js';
import { buildFailure } from './failures.js';
import { traitsOf } from './flavours.js';
import type { TensorRtLibrary } from './library.js';
import { toNativeRequest } from './native-request.js';
import { selectLibrary } from './select.js';

/** Most important first. */
const severities: readonly LogSeverity[] = ['fatal', 'error', 'warning', 'info', 'verbose'];

/**
 * Builds an engine plan from an ONNX model, on a thread of its own; any number of builds may run at the same time. On TensorRT 10 a
 * calibrator makes INT8 of an FP32 model; elsewhere the model keeps its types, and an INT8 engine comes of Q/DQ nodes.
 *
 * @param model - Path of the ONNX file (external data is found beside it), or the model's bytes, which are copied at once.
 * @throws CalibrtError `ERR_USAGE`, `ERR_MODEL_NOT_FOUND`, `ERR_MODEL_INVALID`: what was given is wrong. `ERR_BACKEND_MISSING`,
 *   `ERR_NATIVE_MISSING`, `ERR_BACKEND_UNSUPPORTED`, `ERR_BACKEND_FAILED`, `ERR_NO_GPU`: the library, its bridge, its version, or the
 *   machine; each says what to do. `ERR_BUILD`: the parser or the builder refused; `details` has every message. `ERR_DATA_*`: the
 *   calibrator's loader, `cause` being what it threw. `ERR_TABLE_*`: its cache. `ERR_ABORTED`.
 */
export async function buildEngine(
  model: string | Uint8Array,
  options: BuildOptions & OperationOptions = {},
): Promise<BuildResult> {
  throwIfAborted(options.signal);
  await checkInputs(model, options);
  const start = performance.now();
  const { backend, flavour, library: path, targets: asked, calibrator } = options;
  const aheadOfTime = asked?.some((target) => target !== 'current');
  const library = await selectLibrary({ backend, flavour, library: path, aheadOfTime });
  const targets = await resolveTargets(library, asked);
  if (calibrator !== undefined) await checkCalibrator(calibrator, library);
  const served = calibrator && (await serveCache(calibrator, library.version));
  const open = performance.now() - start;

  const { built, feed } = await run(library, model, targets, options, served);
  const warnings = [...(served?.warnings ?? []), ...built.warnings];
  for (const warning of warnings) options.onWarning?.(warning);
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
    warnings,
    notes:
      options.int8 && library.bridge.stronglyTyped
        ? [`int8 changes nothing on ${library.name}: the types are those of the model, which has Q/DQ nodes`]
        : [],
    ...(feed === undefined ? {} : { calibration: feed.summary() }),
    ...(built.timingCache.byteLength === 0 ? {} : { timingCache: built.timingCache }),
  };
}

async function run(
  library: TensorRtLibrary,
  model: string | Uint8Array,
  targets: readonly string[],
  options: BuildOptions & OperationOptions,
  served: ServedCache | undefined,
): Promise<{ readonly built: NativeBuildResult; readonly feed: CalibrationFeed | undefined }> {
  const { signal, onProgress, onLog, calibrator } = options;
  const progress = onProgress && new BuildProgress(onProgress);
  const feed = calibrator && new CalibrationFeed(calibrator, served?.cache, options);
  const least = severities.indexOf(options.logLevel ?? 'info');
  let thrown: { readonly error: unknown } | undefined;

  const handle = (event: NativeBuildEvent): void => {
    if (event.type === 'batches' || event.type === 'taken' || event.type === 'calibrated') feed?.handle(event, job);
    else if (event.type !== 'log') progress?.handle(event);
    else if (severities.indexOf(event.severity) <= least) onLog?.(event.severity, event.message);
  };
  throwIfAborted(signal);
  const job = library.native.build(toNativeRequest(model, targets, options, served), (events) => {
    if (thrown !== undefined || signal?.aborted) return;
    try {
      events.forEach(handle);
    } catch (error) {
      // What a callback throws fails the build; it must not be lost in native code.
      thrown = { error };
      job.cancel();
    }
  });
  const cancel = (): void => {
    feed?.stop();
    job.cancel();
  };
  signal?.addEventListener('abort', cancel);
  try {
    const outcome = await job.result;
    if (calibrator !== undefined && feed !== undefined && thrown === undefined) await keep(calibrator, feed);
    if (thrown !== undefined) throw thrown.error;
    // The plan may have been ready when the signal came.
    if (signal?.aborted) throw abortError(signal);
    if (feed?.failure !== undefined) throw feed.failure.error;
    if (!outcome.ok) {
      throw withRemedy(buildFailure(outcome.failure, library.name, typeof model === 'string' ? model : 'the model'));
    }
    progress?.end();
    return { built: outcome.value, feed };
  } finally {
    feed?.stop();
    signal?.removeEventListener('abort', cancel);
  }
}

/** @throws CalibrtError `ERR_BACKEND_UNSUPPORTED` where the library has no calibrators, `ERR_OUTPUT` for where a cache cannot go. */
async function checkCalibrator(calibrator: NativeCalibrator, { bridge, name }: TensorRtLibrary): Promise<void> {
  if (bridge.stronglyTyped) {
    throw new CalibrtError(
      'ERR_BACKEND_UNSUPPORTED',
      `${name} has no calibrators: implicit quantization ended with TensorRT 10. Quantize the model (\`quantize\`, \`calibrt quantize\`), ` +
        'or carry a calibration cache over into it (`migrate`, `calibrt migrate`), and build that',
    );
  }
  for (const path of Object.values(cachePaths(calibrator))) if (path !== undefined) await checkOutputPath(path);
}

/** Writes what a whole calibration gave, also where the build then failed: it may have taken an hour. */
async function keep(calibrator: NativeCalibrator, feed: CalibrationFeed): Promise<void> {
  const paths = cachePaths(calibrator);
  for (const [file, bytes] of feed.written) {
    const path = paths[file];
    if (path !== undefined) await writeFileAtomic(path, bytes);
  }
}

function cachePaths(calibrator: NativeCalibrator): Partial<Record<'cache' | 'histogram', string | undefined>> {
  const histogram = calibrator instanceof PercentileCalibrator ? calibrator.options.histograms : undefined;
  return { cache: calibrator.options.cache, histogram };
}
