import { readFile } from 'node:fs/promises';
import { buildEngine, type BuildOptions, type BuildResult } from '../backends/tensorrt/index.js';
import { selectLibrary } from '../backends/tensorrt/select.js';
import { CalibrtError } from '../errors.js';
import { checkOutputPath, writeFileAtomic } from '../files.js';
import type { OperationOptions } from '../progress.js';
import { castFile, ofOriginal, type CastSummary } from './cast.js';
import { Workspace } from './workspace.js';

/** Options of {@link buildPlan}: the engine's, a timing cache kept in a file, and types that the model itself has to carry out. */
export interface BuildPlanOptions extends Omit<BuildOptions, 'fp16'>, OperationOptions {
  /**
   * Compute in FP16. TensorRT 10 chooses where; TensorRT 11 and TensorRT-RTX take every type from the model, so a temporary
   * copy of it is cast and built (see `castModel` for what stays in FP32).
   */
  readonly fp16?: boolean;
  /** Compute in BF16: a temporary copy of the model is cast, whatever the library. */
  readonly bf16?: boolean;
  /** Read if it is there, rewritten after the build. */
  readonly timingCacheFile?: string;
}

/** What `calibrt build --json` prints. */
export interface BuildPlanResult {
  readonly model: string;
  readonly plan: string;
  readonly backend: string;
  readonly libraryVersion: string;
  readonly target: readonly string[];
  readonly bytes: number;
  readonly layers: number;
  /** Bytes of weights in the engine, by the builder's own log; absent where it does not say. */
  readonly weightBytes?: number;
  /** What ran in which type, where the model was cast for the build. */
  readonly cast?: CastSummary;
  readonly inputs: BuildResult['inputs'];
  readonly outputs: BuildResult['outputs'];
  readonly profiles: BuildOptions['profiles'];
  readonly timings: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

/**
 * Builds an engine plan from an ONNX file and writes it.
 *
 * @param model - Path of the ONNX file; external data is found beside it.
 * @param plan - Path of the plan; written whole or not at all.
 * @throws CalibrtError `ERR_BACKEND_MISSING` where no TensorRT library is found (the message says how to get one),
 *   `ERR_BUILD` with the parser's and the builder's own messages, `ERR_OUTPUT`, `ERR_ABORTED`.
 */
export async function buildPlan(model: string, plan: string, options: BuildPlanOptions = {}): Promise<BuildPlanResult> {
  await checkOutputPath(plan, model);
  const { timingCacheFile, ...engineOptions } = options;
  const timingCache = timingCacheFile === undefined ? undefined : await readIfThere(timingCacheFile);
  const { result, cast } = await build(model, await typeToCast(options), {
    ...engineOptions,
    ...(timingCache === undefined ? {} : { timingCache }),
  });
  await writeFileAtomic(plan, result.plan);
  if (timingCacheFile !== undefined && result.timingCache) await writeFileAtomic(timingCacheFile, result.timingCache);
  return {
    model,
    plan,
    backend: result.backend,
    libraryVersion: result.libraryVersion,
    target: result.targets,
    bytes: result.bytes,
    layers: result.layers,
    ...(result.weightBytes === undefined ? {} : { weightBytes: result.weightBytes }),
    ...(cast === undefined ? {} : { cast }),
    inputs: result.inputs,
    outputs: result.outputs,
    profiles: options.profiles,
    timings: result.timings,
    warnings: result.warnings,
  };
}

async function build(
  model: string,
  type: CastSummary['type'] | undefined,
  options: BuildOptions & OperationOptions,
): Promise<{ result: BuildResult; cast?: CastSummary }> {
  if (type === undefined) return { result: await buildEngine(model, options) };
  await using workspace = await Workspace.create();
  const { path, summary } = await castFile(model, type, workspace, options);
  try {
    return { result: await buildEngine(path, { ...options, fp16: false }), cast: summary };
  } catch (error) {
    throw ofOriginal(error, path, model);
  }
}

/** The type that the model has to be cast to, as the library will not choose it. */
async function typeToCast(options: BuildPlanOptions): Promise<CastSummary['type'] | undefined> {
  const { fp16 = false, bf16 = false, int8 = false, backend, flavour, library, targets } = options;
  if (!fp16 && !bf16) return undefined;
  if (fp16 && bf16) throw new CalibrtError('ERR_USAGE', 'fp16 and bf16 were both asked for: choose one');
  const aheadOfTime = targets?.some((target) => target !== 'current');
  const { bridge, name } = await selectLibrary({ backend, flavour, library, aheadOfTime });
  if (bridge.stronglyTyped) return fp16 ? 'fp16' : 'bf16';
  if (bf16 && int8) {
    throw new CalibrtError(
      'ERR_USAGE',
      `int8 with bf16 is not for ${name}: take fp16, or a model with Q/DQ and no int8`,
    );
  }
  return bf16 ? 'bf16' : undefined;
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
