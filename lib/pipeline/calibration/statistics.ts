import {
  onnxRuntimeVersion,
  type CaptureResult,
  type CaptureState,
  type WorkerProcess,
} from '../../backends/onnxruntime/index.js';
import { breathe } from '../../breathe.js';
import { fixedBatch, modelInputs, type SampleSummary } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { exposeTensors, type Model, type Placement } from '../../model/index.js';
import { native, type NativeStatistics } from '../../native.js';
import type { OperationOptions } from '../../progress.js';
import type { Workspace } from '../workspace.js';
import type { Checkpoint } from './checkpoint.js';
import type { DrawnSamples } from './samples.js';

const CHECKPOINT_MS = 2000;

/** Statistics of the tensors of a network over the calibration samples. */
export interface CapturedStatistics {
  readonly statistics: ReadonlyMap<string, NativeStatistics>;
  readonly samples: number;
  readonly skipped: number;
  readonly firstSample: Readonly<Record<string, SampleSummary>>;
  readonly conditions: CaptureConditions;
  /** What the samples themselves look like, for the verdicts on them. */
  readonly observed: Pick<CaptureResult, 'inputRanges' | 'duplicates' | 'trail'>;
  readonly peakRssMb: number;
}

/** What activations depend on beside model and data; statistics that differ in it do not merge. */
export interface CaptureConditions {
  readonly onnxruntime: string;
  readonly instructionSet: string;
  readonly threads: number;
}

/** What a capture works with. */
export interface CaptureContext {
  readonly worker: WorkerProcess;
  readonly workspace: Workspace;
  readonly threads: number;
}

/** A graph and the tensors of it that need a range. */
export interface CaptureSet {
  readonly model: Model;
  readonly tensors: readonly string[];
  /** Pass over tensors that are no float32. */
  readonly skipOtherTypes?: boolean;
  /** Leave tensors that hold infinities out, with a warning that names them; default: they are an error. */
  readonly leaveInfinite?: boolean;
  /** Where Q/DQ will stand, where that is what the ranges are for. */
  readonly placement?: Placement;
}

/**
 * Runs the network over the samples in the worker process and gathers statistics of `tensors`, in one pass.
 *
 * @throws CalibrtError `ERR_DATA_*` for bad samples, `ERR_CALIBRATION` naming a tensor that holds NaN, or infinities where `set` does
 * not leave these out.
 */
export async function captureStatistics(
  { model, tensors, skipOtherTypes = false, leaveInfinite = false }: CaptureSet,
  samples: DrawnSamples,
  context: CaptureContext,
  options: OperationOptions,
  checkpoint?: Checkpoint,
): Promise<CapturedStatistics> {
  const { threads } = context;
  const exposed = context.workspace.path('capture.onnx');
  // ONNX Runtime maps weights in a file of their own in place of parsing and copying them: half the time to open, 90 MB less at the peak
  // of a ResNet-50.
  await exposeTensors(model, tensors).save(exposed, { temporary: true, external: true });
  const resumable =
    checkpoint === undefined
      ? {}
      : { checkpointMs: CHECKPOINT_MS, ...(checkpoint.state && { from: checkpoint.state }) };
  const onCheckpoint = (state: CaptureState): void => checkpoint?.save(state);
  const running = context.worker.run(
    {
      kind: 'capture',
      model: exposed,
      name: model.path,
      tensors,
      skipOtherTypes,
      source: samples.calibration,
      batch: fixedBatch(modelInputs(model.inputs)) ?? 1,
      threads,
      ...resumable,
    },
    { ...options, onCheckpoint, ...(samples.stream === undefined ? {} : { stream: samples.stream }) },
  );
  const result = await running.finally(() => checkpoint?.settled());
  const { statistics, infinite } = await restore(result, describeSource(samples), leaveInfinite);
  if (infinite.length > 0 && statistics.size === 0) {
    throw new CalibrtError(
      'ERR_CALIBRATION',
      `${model.path}: every float tensor holds infinities, so none has a range`,
    );
  }
  if (infinite.length > 0) options.onWarning?.(leftOut(infinite));
  return {
    statistics,
    samples: result.samples,
    skipped: result.skipped,
    firstSample: result.firstSample,
    conditions: { onnxruntime: onnxRuntimeVersion() ?? 'unknown', instructionSet: result.instructionSet, threads },
    observed: { inputRanges: result.inputRanges, duplicates: result.duplicates, trail: result.trail },
    peakRssMb: result.peakRssMb,
  };
}

function describeSource({ calibration }: DrawnSamples): string {
  return calibration.kind === 'stream' ? 'the iterable' : calibration.spec.sources.map(({ path }) => path).join(', ');
}

const namedAtMost = 3;

function leftOut(infinite: readonly string[]): string {
  const names = infinite.slice(0, namedAtMost).join(', ');
  const more = infinite.length > namedAtMost ? ` and ${infinite.length - namedAtMost} more` : '';
  return (
    `tensors with infinities, as attention masks hold them, are left out: ${names}${more}; TensorRT keeps in float what has no line ` +
    'in the cache'
  );
}

function infinityError(tensor: string, count: bigint, samples: number): CalibrtError {
  return new CalibrtError(
    'ERR_CALIBRATION',
    `tensor ${tensor} holds ${count} infinite values over ${samples} samples, so it has no range: a mask of -inf is a common cause; --exclude ` +
      'the nodes that read it, or check the model in FP32 and the preprocessing',
  );
}

/** Statistics by tensor, and the names of those that hold infinities and so have none. */
interface Restored {
  readonly statistics: Map<string, NativeStatistics>;
  readonly infinite: readonly string[];
}

async function restore(result: CaptureResult, source: string, leaveInfinite: boolean): Promise<Restored> {
  if (result.samples === 0) {
    throw new CalibrtError('ERR_DATA_EMPTY', `${source}: there was no sample to calibrate on`);
  }
  if (result.allZero) {
    throw new CalibrtError(
      'ERR_CALIBRATION',
      `${source}: all ${result.samples} samples are zero throughout, so they tell nothing of the network's ranges: check the files and ` +
        'the preprocessing',
    );
  }
  const { Statistics } = native();
  const statistics = new Map<string, NativeStatistics>();
  const infinite: string[] = [];
  for (const [name, bytes] of result.statistics) {
    const entry = Statistics.deserialize(bytes);
    const { nans, infinities } = entry.summary();
    if (nans > 0n) {
      throw new CalibrtError(
        'ERR_CALIBRATION',
        `tensor ${name} holds ${nans} NaN and ${infinities} infinite values over ${result.samples} samples, so it has no range: ` +
          'check the model in FP32 and the preprocessing',
      );
    }
    if (infinities > 0n && !leaveInfinite) throw infinityError(name, infinities, result.samples);
    if (infinities > 0n) infinite.push(name);
    else statistics.set(name, entry);
    // Half a megabyte each: hundreds at once are felt on the event loop.
    await breathe();
  }
  return { statistics, infinite };
}
