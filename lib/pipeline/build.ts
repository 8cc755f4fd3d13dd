import { readFile } from 'node:fs/promises';
import { buildEngine, type BuildOptions, type BuildResult } from '../backends/tensorrt/index.js';
import { checkOutputPath, writeFileAtomic } from '../files.js';
import type { OperationOptions } from '../progress.js';

/** Options of {@link buildPlan}: the engine's, and a timing cache kept in a file. */
export interface BuildPlanOptions extends BuildOptions, OperationOptions {
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
  await checkOutputPath(plan);
  const { timingCacheFile, ...engineOptions } = options;
  const timingCache = timingCacheFile === undefined ? undefined : await readIfThere(timingCacheFile);
  const result = await buildEngine(model, {
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
    inputs: result.inputs,
    outputs: result.outputs,
    profiles: options.profiles,
    timings: result.timings,
    warnings: result.warnings,
  };
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
