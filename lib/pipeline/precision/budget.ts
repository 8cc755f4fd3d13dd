import { parseMetric, type MetricSpec } from '../../accuracy/index.js';
import type { Judgement } from '../../backends/onnxruntime/index.js';
import { CalibrtError } from '../../errors.js';

/** How much accuracy a network may lose. */
export interface BudgetOptions {
  /** What accuracy means, in the command line's words; default: top1 where samples have labels, else cosine. */
  readonly metric?: string;
  /** The metric may fall by this much from FP32's: points of top-1 or top-5, units of cosine or of the user's metric. */
  readonly maxDrop?: number;
  /** The least figure of the metric: per cent of top-1, dB of SQNR, cosine, or the user's own unit. */
  readonly min?: number;
}

/** A budget in the metric's unit. */
export interface Budget {
  readonly metric: MetricSpec;
  readonly maxDrop?: number;
  readonly min?: number;
}

/**
 * Reads a budget.
 *
 * @param hasLabels - Whether samples have labels, which the default metric depends on.
 * @throws CalibrtError `ERR_USAGE` where it makes no sense; undefined where none is asked for.
 */
export function readBudget({ metric, maxDrop, min }: BudgetOptions, hasLabels: boolean): Budget | undefined {
  if (maxDrop === undefined && min === undefined) return undefined;
  if (maxDrop !== undefined && min !== undefined) {
    throw usage('--max-drop and --min are two ways to say one thing: give one of them');
  }
  const spec = parseMetric(metric ?? (hasLabels ? 'top1' : 'cosine'));
  if (maxDrop !== undefined) {
    if (!(maxDrop >= 0)) throw usage(`--max-drop must be 0 or more, not ${maxDrop}`);
    if (spec.kind === 'sqnr') {
      throw usage(
        '--max-drop has no meaning with sqnr, which is infinite for FP32 itself: say the least dB with --min',
      );
    }
    return { metric: spec, maxDrop };
  }
  if (!Number.isFinite(min)) throw usage(`--min must be a number, not ${min}`);
  return { metric: spec, min: min! };
}

/** The least figure that a budget allows. */
export function leastFigure({ maxDrop, min }: Budget, reference: number): number {
  return min ?? reference - maxDrop!;
}

/**
 * Whether a judged network keeps the budget with something to spare, since other samples are what the budget is meant for: the lower
 * end of the 95 % confidence interval of the figure (Student's t over the samples that judge) must keep it. Of an allowed drop at most
 * half is kept for that: few samples tell no more than that many points apart.
 */
export function keepsBudget(budget: Budget, reference: number, { metric }: Judgement, samples: number): boolean {
  // A figure that is not there keeps nothing, whatever the least is: NaN, or -Infinity of an output that is not finite.
  if (metric === undefined || !(metric.value > -Infinity)) return false;
  const error = studentT95(samples - 1) * (metric.standardError ?? 0);
  const margin = budget.maxDrop === undefined ? error : Math.min(error, budget.maxDrop / 2);
  return metric.value - margin >= leastFigure(budget, reference);
}

/** The one-sided 95 % point of Student's t, by the expansion of Cornish and Fisher; within 0.01 from 4 degrees of freedom on. */
function studentT95(degrees: number): number {
  const z = 1.6449;
  const n = Math.max(2, degrees);
  return z + (z ** 3 + z) / (4 * n) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * n ** 2);
}

function usage(message: string): CalibrtError {
  return new CalibrtError('ERR_USAGE', message);
}
