import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { onnxRuntimeVersion, WorkerProcess } from '../../backends/onnxruntime/index.js';
import { modelInputs } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { checkOutputPaths } from '../../files.js';
import { activationTensors, openModel, placeQdq, type Model, type Placement } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import { tableFormatOf, writeTable, type CalibrationTable, type TableFormatName } from '../../tables/index.js';
import { checkOptions, methodOf } from '../check-options.js';
import { placementOptions, type ScopeOptions } from '../placement-options.js';
import { prepareModel, type PreparedModel, type PrepareOptions } from '../prepare.js';
import { repairJudge } from '../repair/repair.js';
import { Stopwatch } from '../stopwatch.js';
import { judge, type Verdict } from '../verdicts/index.js';
import { Workspace } from '../workspace.js';
import { chooseMethods } from './auto-method.js';
import { Checkpoint } from './checkpoint.js';
import { createTable, type Calibration } from './create-table.js';
import { searchRanges, type ActivationOptions, type FoundRanges, type MethodOptions } from './ranges.js';
import { checkNotSamples, drawSamples, type DrawnSamples, type SampleOptions } from './samples.js';
import { captureStatistics, type CaptureContext, type CapturedStatistics, type CaptureSet } from './statistics.js';
import { tuneRanges } from './tune.js';

/** Options of {@link calibrate}. */
export interface CalibrateOptions
  extends SampleOptions, MethodOptions, ActivationOptions, ScopeOptions, PrepareOptions {
  /** Default: by the suffix of the output; `.json` is calibrt's own. */
  readonly format?: TableFormatName;
  /** ONNX Runtime's and the statistics' threads; default: all cores. */
  readonly threads?: number;
  /**
   * File that keeps how far the calibration is, written every two seconds: where it exists the calibration goes on from there, and
   * when the result has been written it is removed. For samples that are files.
   */
  readonly resume?: string;
}

/** What `calibrt calibrate --json` prints. */
export interface CalibrateResult {
  readonly model: string;
  readonly output: string;
  readonly method: string;
  readonly samples: number;
  readonly skipped: number;
  readonly firstSample: CapturedStatistics['firstSample'];
  readonly tensors: CalibrationTable['tensors'];
  /** What samples and activations show. */
  readonly verdicts: readonly Verdict[];
  readonly timings: Readonly<Record<string, number>>;
  readonly peakRssMb: number;
}

/**
 * Calibrates a network over samples and writes a calibration table. A TensorRT cache covers every activation tensor, for an
 * implicit build needs them all; calibrt's own table covers those that Q/DQ needs.
 *
 * @param path - The FP32 ONNX model.
 * @param output - The table; written whole or not at all.
 * @throws CalibrtError as {@link prepareModel}, {@link drawSamples} and {@link captureStatistics} throw; `ERR_OUTPUT`.
 */
export async function calibrate(path: string, output: string, options: CalibrateOptions): Promise<CalibrateResult> {
  const writes = [output, options.resume];
  await checkOutputPaths(writes, [path]);
  checkOptions(options);
  const format = options.format ?? tableFormatOf(output);
  const watch = new Stopwatch();
  await using worker = new WorkerProcess();
  await using workspace = await Workspace.create();
  const prepared = await watch.time('open', () => prepareModel(path, worker, { ...options, writes }));
  const samples = await watch.time('open', () => drawSamples(options, modelInputs(prepared.model.inputs), 0));
  await checkNotSamples(writes, samples);
  const calibration = await calibrateTensors(
    prepared,
    format === 'calibrt' ? qdqCapture(prepared.model, place(prepared.model, options)) : await implicitCapture(path),
    samples,
    { worker, workspace, watch },
    options,
  );
  const table = await createTable(calibration, samples, options.signal);
  await writeTable(output, table, { format });
  if (options.resume !== undefined) await rm(options.resume, { force: true });
  return {
    model: path,
    output,
    method: calibration.label,
    samples: calibration.captured.samples,
    skipped: calibration.captured.skipped,
    firstSample: calibration.captured.firstSample,
    tensors: table.tensors,
    verdicts: await judge({ captured: calibration.captured, samples, preprocess: options.preprocess }),
    timings: watch.timings,
    peakRssMb: Math.max(calibration.captured.peakRssMb, process.resourceUsage().maxRSS / 1024),
  };
}

function place(model: Model, options: CalibrateOptions): Placement {
  const placement = placeQdq(model, placementOptions(options));
  for (const warning of placement.warnings) options.onWarning?.(warning);
  return placement;
}

/** What Q/DQ needs: the tensors at which it will stand in the cleaned graph. */
export function qdqCapture(model: Model, placement: Placement): CaptureSet {
  if (placement.activations.length === 0) {
    const present = model.nodes.filter((node) => node.is('QuantizeLinear')).length;
    const why =
      present > 0 ? `it holds ${present} QuantizeLinear nodes already: give the FP32 model` : 'see --dry-run for why';
    throw new CalibrtError('ERR_MODEL_UNSUPPORTED', `${model.path}: there is nothing to quantize; ${why}`);
  }
  return { model, placement, tensors: placement.activations.map(({ tensor }) => tensor) };
}

/** What an implicit build needs: every float tensor of the file as it is, for TensorRT sees no cleaned graph and names no others. */
async function implicitCapture(path: string): Promise<CaptureSet> {
  const model = await openModel(path);
  return { model, tensors: activationTensors(model), skipOtherTypes: true, leaveInfinite: true };
}

/** Captures statistics and finds ranges. */
export async function calibrateTensors(
  prepared: PreparedModel,
  set: CaptureSet,
  samples: DrawnSamples,
  tools: { worker: WorkerProcess; workspace: Workspace; watch: Stopwatch },
  options: MethodOptions &
    ActivationOptions &
    OperationOptions & { readonly threads?: number; readonly resume?: string },
): Promise<Calibration> {
  const { watch, ...rest } = tools;
  const context = { ...rest, threads: options.threads ?? availableParallelism() };
  // The table wants it at the end; now the other process opens its session, on one core. What fails here fails there.
  samples.hash(options.signal).catch(() => undefined);
  const captured = await watch.time('calibrate', async () => {
    const checkpoint = await openCheckpoint(prepared, set, samples, context.threads, options);
    return captureStatistics(set, samples, context, options, checkpoint);
  });
  const found = await watch.time('search', () => findRanges(set, captured, samples, context, options));
  const tuned = await watch.time('tune', () => tune(set, found, captured, samples, context, options));
  return { prepared, captured, ...tuned };
}

async function tune(
  { model, placement }: CaptureSet,
  found: FoundRanges,
  { statistics }: CapturedStatistics,
  samples: DrawnSamples,
  context: CaptureContext,
  options: MethodOptions & ActivationOptions & OperationOptions,
): Promise<FoundRanges> {
  if (options.tune === undefined) return found;
  if (placement === undefined) {
    throw new CalibrtError(
      'ERR_USAGE',
      '--tune judges Q/DQ, and this table is for an implicit build: leave it out, or write a .json table',
    );
  }
  const { form } = placement;
  return tuneRanges(
    model,
    placement,
    found,
    statistics,
    options.tune,
    repairJudge(samples, context, { ...options, form }),
  );
}

async function openCheckpoint(
  { model }: PreparedModel,
  { tensors }: CaptureSet,
  samples: DrawnSamples,
  threads: number,
  { resume, signal }: { readonly resume?: string } & OperationOptions,
): Promise<Checkpoint | undefined> {
  if (resume === undefined) return undefined;
  const identity = [
    await model.sha256(),
    tensors,
    samples.calibration,
    await samples.hash(signal),
    threads,
    onnxRuntimeVersion(),
  ];
  return Checkpoint.open(resume, identity);
}

async function findRanges(
  { model, placement }: CaptureSet,
  { statistics }: CapturedStatistics,
  samples: DrawnSamples,
  context: CaptureContext,
  options: MethodOptions & ActivationOptions & OperationOptions & { readonly bits?: number },
): Promise<FoundRanges> {
  const { percentile, kldVariant, activations, bits } = options;
  const method = methodOf(options);
  const symmetry = activations ?? (placement?.form === 'onnxruntime' ? 'asymmetric' : 'symmetric');
  if (method !== 'auto') {
    const parameters = {
      ...(percentile === undefined ? {} : { percentile }),
      ...(kldVariant === undefined ? {} : { kldVariant }),
      // Wider integers take what was observed, which has no width.
      ...(bits === undefined || bits > 8 ? {} : { bits }),
    };
    return searchRanges(statistics, method, parameters, symmetry);
  }
  if (placement === undefined) {
    throw new CalibrtError(
      'ERR_USAGE',
      '--method auto judges Q/DQ, and this table is for an implicit build: choose another method, or a .json table',
    );
  }
  return chooseMethods(model, placement, statistics, samples, symmetry, context, options);
}
