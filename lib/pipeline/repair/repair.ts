import { availableParallelism } from 'node:os';
import { CalibrtError } from '../../errors.js';
import type { Model, Placement } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import type { CalibrationTable } from '../../tables/index.js';
import type { ActivationOptions, RangeSymmetry } from '../calibration/ranges.js';
import { isRereadable, type DrawnSamples, type SampleData } from '../calibration/samples.js';
import type { CaptureContext } from '../calibration/statistics.js';
import { quantizationRanges } from '../kinds/activations.js';
import type { KindOptions } from '../kinds/options.js';
import { isStaticInt8 } from '../kinds/write.js';
import type { ScopeOptions } from '../placement-options.js';
import type { PreparedModel } from '../prepare.js';
import { correctBiases } from './bias.js';
import type { RepairReport } from './choice.js';
import { equalizeNetwork } from './equalize.js';
import { smoothNetwork } from './smooth.js';
import type { RepairJudge } from './trial.js';

/**
 * Changes to the float network that make INT8 cost it less, each measured and left out where it gains nothing. They read some samples
 * several times, so an iterable cannot feed them.
 */
export interface RepairOptions {
  /** Cross-layer equalization of chains of Conv, ConvTranspose and Gemm; default false. */
  readonly equalize?: boolean;
  /** SmoothQuant's migration of outliers from inputs of matrix products into their weights; default false. */
  readonly smooth?: boolean;
  /** With `smooth`: how much moves, 0 to 1. Default: of 0.3, 0.5 and 0.7 the best for each tensor. */
  readonly smoothAlpha?: number;
  /** Correction of the shift of each operator's mean output by its quantization, in its bias; default false. */
  readonly biasCorrection?: boolean;
}

/** What tells how to judge a repair. */
export type RepairScope = ScopeOptions & ActivationOptions & OperationOptions & { readonly threads?: number };

/**
 * Refuses repairs that cannot be done, before any work.
 *
 * @throws CalibrtError `ERR_USAGE` naming the option.
 */
export function checkRepairs(
  options: RepairOptions &
    KindOptions & {
      readonly table?: string;
      readonly tableOut?: string;
      readonly data?: SampleData;
      readonly tune?: number;
    },
): void {
  const { equalize, smooth, biasCorrection, tune, table, tableOut, data } = options;
  checkAlpha(options);
  const moves = equalize ? '--equalize' : smooth ? '--smooth' : undefined;
  const repair = moves ?? (biasCorrection ? '--bias-correction' : undefined);
  const asked = repair ?? (tune === undefined ? undefined : '--tune');
  if (asked === undefined) return;
  const isOther = options.scales === 'pow2' || options.weightRanges === 'asymmetric' || !isStaticInt8(options);
  if (isOther || options.weightOnly === true || options.dynamic === true) {
    throw usage(`${asked} is of static INT8 with float scales: leave the other kinds out`);
  }
  if (repair === undefined) return;
  if (data === undefined) throw usage(`${asked} needs samples to be judged by: give --data`);
  if (!isRereadable(data)) {
    throw usage(
      `${asked} reads samples more than once, which an iterable does not allow: give a folder or files as \`data\``,
    );
  }
  const tableFlag = table === undefined ? (tableOut === undefined ? undefined : '--table-out') : '--table';
  if (moves !== undefined && tableFlag !== undefined) {
    throw usage(
      `${moves} changes what lies between the layers, so that no table fits both networks: leave out ${tableFlag}`,
    );
  }
}

/** The judge of a network's repairs. */
export function repairJudge(
  samples: DrawnSamples,
  tools: Pick<CaptureContext, 'worker' | 'workspace'>,
  { activations, form, threads, signal, onProgress, onWarning }: RepairScope,
): RepairJudge {
  const symmetry: RangeSymmetry = activations ?? (form === 'onnxruntime' ? 'asymmetric' : 'symmetric');
  return {
    samples,
    symmetry,
    context: { worker: tools.worker, workspace: tools.workspace, threads: threads ?? availableParallelism() },
    options: { ...(signal && { signal }), ...(onProgress && { onProgress }), ...(onWarning && { onWarning }) },
  };
}

/**
 * The network with the repairs that come before its calibration: same inputs, outputs, names and function as before.
 *
 * @throws CalibrtError `ERR_DATA_*`, `ERR_CALIBRATION`, `ERR_ABORTED`.
 */
export async function repairNetwork(
  prepared: PreparedModel,
  samples: DrawnSamples | null,
  tools: Pick<CaptureContext, 'worker' | 'workspace'>,
  options: RepairOptions & RepairScope,
): Promise<{ readonly prepared: PreparedModel; readonly repairs: readonly RepairReport[] }> {
  const repairs: RepairReport[] = [];
  if (samples === null) return { prepared, repairs };
  const judge = repairJudge(samples, tools, options);
  let { model } = prepared;
  const stages = [
    options.equalize && (() => equalizeNetwork(model, options, judge)),
    options.smooth && (() => smoothNetwork(model, options, options.smoothAlpha, judge)),
  ];
  for (const stage of stages) {
    if (!stage) continue;
    const outcome = await stage();
    model = outcome.model;
    repairs.push(outcome.report);
  }
  return { prepared: { ...prepared, model }, repairs };
}

/**
 * The network with the repairs that come after its calibration, when it is settled what is quantized and how.
 *
 * @throws CalibrtError `ERR_DATA_*`, `ERR_ABORTED`.
 */
export async function mendNetwork(
  { model }: PreparedModel,
  placement: Placement,
  table: CalibrationTable,
  samples: DrawnSamples | null,
  tools: Pick<CaptureContext, 'worker' | 'workspace'>,
  options: RepairOptions & RepairScope & KindOptions,
): Promise<{ readonly model: Model; readonly mended: readonly RepairReport[] }> {
  if (samples === null || !options.biasCorrection) return { model, mended: [] };
  const ranges = quantizationRanges(table, placement, options);
  const { model: corrected, report } = await correctBiases(
    model,
    placement,
    ranges,
    repairJudge(samples, tools, options),
  );
  return { model: corrected, mended: [report] };
}

function checkAlpha({ smooth, smoothAlpha }: RepairOptions): void {
  if (smoothAlpha === undefined) return;
  if (!smooth) throw usage('--smooth-alpha is the strength of --smooth: add it, or leave it out');
  if (!(smoothAlpha >= 0 && smoothAlpha <= 1)) throw usage(`--smooth-alpha must be from 0 to 1, not ${smoothAlpha}`);
}

function usage(message: string): CalibrtError {
  return new CalibrtError('ERR_USAGE', message);
}
