import { availableParallelism } from 'node:os';
import { CalibrtError } from '../errors.js';
import type { OperationOptions } from '../progress.js';
import type { ScopeOptions } from './placement-options.js';
import type { PreparedModel } from './prepare.js';
import type { ActivationOptions, RangeSymmetry } from './ranges.js';
import type { RepairReport } from './repair-choice.js';
import { equalizeNetwork } from './repair-equalize.js';
import type { RepairJudge } from './repair-trial.js';
import { isRereadable, type DrawnSamples, type SampleData } from './samples.js';
import type { CaptureContext } from './statistics.js';

/**
 * Changes to the float network that make INT8 cost it less, each measured and left out where it gains nothing. They read some samples
 * several times, so an iterable cannot feed them.
 */
export interface RepairOptions {
  /** Cross-layer equalization of chains of Conv, ConvTranspose and Gemm; default false. */
  readonly equalize?: boolean;
}

/** What tells how to judge a repair. */
export type RepairScope = ScopeOptions & ActivationOptions & OperationOptions & { readonly threads?: number };

/**
 * Refuses repairs that cannot be done, before any work.
 *
 * @throws CalibrtError `ERR_USAGE` naming the option.
 */
export function checkRepairs(
  options: RepairOptions & { readonly table?: string; readonly tableOut?: string; readonly data?: SampleData },
): void {
  const { equalize, table, tableOut, data } = options;
  const moves = equalize ? '--equalize' : undefined;
  const [asked] = [moves].filter((flag) => flag !== undefined);
  if (asked === undefined) return;
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
  if (samples === null || !options.equalize) return { prepared, repairs: [] };
  const judge = repairJudge(samples, tools, options);
  const { model, report } = await equalizeNetwork(prepared.model, options, judge);
  return { prepared: { ...prepared, model }, repairs: [report] };
}

function usage(message: string): CalibrtError {
  return new CalibrtError('ERR_USAGE', message);
}
