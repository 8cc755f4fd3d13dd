import { readFile } from 'node:fs/promises';
import {
  buildEngine,
  type BuildOptions,
  type BuildResult,
  type CalibrationSummary,
} from '../../backends/tensorrt/index.js';
import { selectLibrary } from '../../backends/tensorrt/select.js';
import type { SampleSummary } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { checkOutputPaths, writeFileAtomic } from '../../files.js';
import { openModel } from '../../model/index.js';
import { native } from '../../native.js';
import type { OperationOptions } from '../../progress.js';
import { Workspace } from '../workspace.js';
import { ofOriginal, type CastSummary } from './cast.js';
import { prepareCalibration, type ImplicitCalibration } from './implicit-calibration.js';
import { typedCopy } from './typed-copy.js';

/** Options of {@link buildPlan}: the engine's, a timing cache kept in a file, and types that the model itself has to carry out. */
export interface BuildPlanOptions extends BuildOptions, OperationOptions {
  /**
   * Compute in FP16. TensorRT 10 chooses where; TensorRT 11 and TensorRT-RTX take every type from the model, so a temporary
   * copy of it is cast and built (see `castModel` for what stays in FP32).
   */
  readonly fp16?: boolean;
  /** Compute in BF16, likewise. */
  readonly bf16?: boolean;
  /** TensorRT 10: INT8, FP16 and, where the GPU has it, BF16, whichever is fastest. Elsewhere as `int8`. */
  readonly best?: boolean;
  /**
   * INT8 with ranges that have nothing to do with the model, for timing alone: the outputs mean nothing, and the engine's name says so.
   * Where types are the model's, a temporary copy gets Q/DQ.
   */
  readonly placeholderRanges?: boolean;
  /** TensorRT 10: calibrate while building, on samples as other operations take them. Excludes `calibrator`. */
  readonly calibration?: ImplicitCalibration;
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
  /** What was asked for and changes nothing here. */
  readonly notes: readonly string[];
  /** Where the scales came from, for a build with a calibrator. */
  readonly calibration?: Pick<CalibrationSummary, 'from' | 'samples' | 'batches'>;
  /** The first sample that was calibrated on. */
  readonly firstSample?: Readonly<Record<string, SampleSummary>>;
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
  const { timingCacheFile } = options;
  const scales = options.calibration ?? options.calibrator?.options;
  await checkOutputPaths([plan, timingCacheFile], [model, scales?.cache]);
  // The parser would tell of a damaged model or of missing external data in words of its own.
  await openModel(model, { signal: options.signal, writes: [plan, timingCacheFile] });
  const timingCache = timingCacheFile === undefined ? undefined : await readIfThere(timingCacheFile);
  const { result, cast, firstSample } = await build(model, {
    ...options,
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
    notes: result.notes,
    ...(result.calibration === undefined ? {} : { calibration: withoutBytes(result.calibration) }),
    ...(firstSample === undefined ? {} : { firstSample }),
  };
}

interface Built {
  readonly result: BuildResult;
  readonly cast: CastSummary | undefined;
  readonly firstSample: Readonly<Record<string, SampleSummary>> | undefined;
}

async function build(model: string, given: BuildPlanOptions): Promise<Built> {
  const { backend, flavour, library: path, targets } = given;
  const aheadOfTime = targets?.some((target) => target !== 'current');
  const library = await selectLibrary({ backend, flavour, library: path, aheadOfTime });
  const options = given.best ? await withBest(given, library.bridge.stronglyTyped) : given;
  const prepared = await calibrationOf(model, options);
  await using workspace = await Workspace.create();
  const typed = await typedCopy(model, library, options, workspace);
  try {
    const result = await buildEngine(typed.path, {
      ...typed.options,
      flavour: library.flavour,
      ...(prepared === undefined ? {} : { ...prepared, int8: true }),
    });
    return { result, cast: typed.cast, firstSample: prepared?.firstSample() };
  } catch (error) {
    throw ofOriginal(error, typed.path, model);
  }
}

async function calibrationOf(
  model: string,
  options: BuildPlanOptions,
): Promise<Awaited<ReturnType<typeof prepareCalibration>> | undefined> {
  const { calibration, calibrator } = options;
  if (calibration === undefined) return undefined;
  if (calibrator !== undefined)
    throw new CalibrtError('ERR_USAGE', 'calibration and calibrator were both given: choose one');
  return prepareCalibration(model, calibration, options);
}

/** BF16 came with Ampere. */
async function withBest(options: BuildPlanOptions, stronglyTyped: boolean): Promise<BuildPlanOptions> {
  if (stronglyTyped) return { ...options, int8: true };
  const { devices } = await native().probeCuda();
  const architecture = Number(devices[options.device ?? 0]?.target.slice(2) ?? 0);
  return { ...options, int8: true, fp16: true, ...(architecture >= 80 ? { bf16: true } : {}) };
}

function withoutBytes({ from, samples, batches }: CalibrationSummary): NonNullable<BuildPlanResult['calibration']> {
  return { from, samples, batches };
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
