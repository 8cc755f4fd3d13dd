import { metricName, type MetricSpec } from '../../accuracy/index.js';
import type { WorkerProcess } from '../../backends/onnxruntime/index.js';
import { openDataset } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import type { GraphForm, Model, Placement } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import type { CalibrationTable } from '../../tables/index.js';
import { firstSamples } from '../calibration/first-samples.js';
import { integerForm, type IntegerForm } from '../calibration/integer-form.js';
import type { DrawnSamples } from '../calibration/samples.js';
import { placementOptions, type ScopeOptions } from '../placement-options.js';
import type { RankedUnit } from '../sensitivity/rank.js';
import type { Workspace } from '../workspace.js';
import { leastFigure, readBudget, type Budget, type BudgetOptions } from './budget.js';
import { PrecisionSearch, type PrecisionStep } from './search.js';
import { TrialNetwork, type TrialParts } from './trial-network.js';

/** Samples that rank the nodes: each costs two runs of half the network for every node. */
export const RANKING_SAMPLES = 32;

/** Samples that judge a step, each costing one run; counts of hits tell less than errors and take more. */
const STEP_SAMPLES = { errors: 64, hits: 256 } as const;

/** Options of the automatic choice of precision. */
export interface AutoOptions extends BudgetOptions {
  /** Leave nodes out of INT8 until the budget (`maxDrop` or `min`) is kept. */
  readonly auto?: boolean;
  /** With `auto`: try repairs that nobody asked for by name before nodes are left out. Default true. */
  readonly repairs?: boolean;
}

/** What the automatic choice did. */
export interface AutoPrecision {
  readonly metric: string;
  /** Least figure of the metric that the budget allows. */
  readonly least: number;
  /** The metric's figure of FP32, of full INT8 and of what was chosen, on the samples that the choice was made on. */
  readonly reference: number;
  readonly int8: number;
  readonly chosen: number;
  /** Whether the budget is kept; where not, what was chosen is the best that was found. */
  readonly met: boolean;
  /** Nodes that stay out of INT8, to be given to `--exclude`. */
  readonly exclude: readonly string[];
  /** Share of the multiply-accumulates in INT8, 0 to 1. */
  readonly int8Share: number;
  /** Every network on the way, from full INT8 on; then with repairs, where those were needed, and with nodes left out. */
  readonly curve: readonly PrecisionStep[];
  /** The nodes in INT8 at the start, the costliest first: each one's share of the error of full INT8, as `sensitivity` has it. */
  readonly ranking: readonly { readonly node: string; readonly cost: number }[];
  /** Networks that were run to decide, the ranking apart. */
  readonly trials: number;
  /** Samples that the choice was made on. */
  readonly samples: number;
}

/** What was chosen, to be written. */
export interface ChosenPrecision {
  readonly placement: Placement;
  readonly metric: MetricSpec;
  readonly auto: AutoPrecision;
}

/** What trials start from. */
export interface PrecisionStart {
  /** The cleaned FP32 network. */
  readonly model: Model;
  /** Full INT8. */
  readonly placement: Placement;
  readonly ranges: CalibrationTable['tensors'];
  /** Bias correction, by node. */
  readonly shifts?: TrialParts['shifts'];
  readonly samples: DrawnSamples;
  readonly tools: { readonly worker: WorkerProcess; readonly workspace: Workspace; readonly threads: number };
}

/**
 * The search, with a ranking that is there already: leaves out one node after another, each step run and judged, until the budget is
 * kept.
 *
 * @param network - Judges the steps.
 * @param before - Networks that were judged before, in full INT8; of the last are the ranking and the network.
 * @returns The placement, and what was done; it is returned too where the budget cannot be kept.
 */
export async function searchPrecision(
  budget: Budget,
  units: readonly RankedUnit[],
  network: TrialNetwork,
  before: readonly PrecisionStep[],
  placement: Placement,
  options: ScopeOptions & OperationOptions,
): Promise<ChosenPrecision> {
  const reference = (await network.referenceFigure(options))!;
  const repairs = before.at(-1)?.repairs ?? [];
  const search = new PrecisionSearch(network, placementOptions(options), units, budget, reference, repairs, options);
  const found = await search.run(placement);
  const curve = [...before.slice(0, -1), ...found.curve];
  return {
    placement: found.placement,
    metric: budget.metric,
    auto: {
      metric: metricName(budget.metric),
      least: leastFigure(budget, reference),
      reference,
      int8: curve[0]!.figure,
      chosen: found.chosen,
      met: found.met,
      exclude: found.exclude,
      int8Share: found.int8Share,
      curve,
      ranking: units.map(({ unit, cost }) => ({ node: unit.node, cost })),
      trials: found.trials,
      samples: network.samples,
    },
  };
}

/** A network for trials, judged by the first `count` of the samples. */
export async function openTrials(
  { model, placement, ranges, shifts, samples, tools }: PrecisionStart,
  { metric }: Pick<Partial<Budget>, 'metric'>,
  name: string,
  count: number,
  options: OperationOptions,
): Promise<TrialNetwork> {
  const parts: TrialParts = {
    name,
    model,
    ranges: integerForms(ranges, placement.form),
    shifts,
    samples: firstSamples(samples, count),
    metric,
    exactQdq: placement.form === 'tensorrt',
    ...tools,
  };
  return TrialNetwork.open(parts, options);
}

/** A network for the steps of a search, judged by as many samples as its metric needs. */
export async function openSteps(
  start: PrecisionStart,
  budget: Budget,
  name: string,
  options: OperationOptions,
): Promise<TrialNetwork> {
  const isError = budget.metric.kind === 'cosine' || budget.metric.kind === 'sqnr';
  return openTrials(start, budget, name, isError ? STEP_SAMPLES.errors : STEP_SAMPLES.hits, options);
}

/**
 * Refuses an automatic choice that makes no sense, before any work.
 *
 * @throws CalibrtError `ERR_USAGE`.
 */
export function checkAuto(options: AutoOptions & { readonly table?: string }): void {
  const { auto = false, maxDrop, min, table, repairs } = options;
  const hasBudget = readBudget(options, true) !== undefined;
  if (auto && !hasBudget) {
    throw usage('--auto needs a budget: --max-drop X or --min X, in units of --metric');
  }
  if (!auto && (maxDrop !== undefined || min !== undefined)) {
    throw usage('--max-drop and --min are the budget of --auto: add it, or leave them out');
  }
  if (!auto && repairs !== undefined) {
    throw usage('--no-repairs keeps --auto from repairing: add --auto, or leave it out');
  }
  if (auto && table !== undefined) {
    throw usage('--auto chooses on the samples that calibrate, and with --table none do: leave --table out');
  }
}

/** What to tell where the budget was not kept. */
export function budgetError({ metric, least, chosen, exclude }: AutoPrecision, kept: string): CalibrtError {
  return new CalibrtError(
    'ERR_CALIBRATION',
    `the budget cannot be kept: ${metric} is ${figure(chosen)} at best, with ${exclude.length} nodes out of INT8, and ${figure(least)} was ` +
      `asked for; ${kept}`,
  );
}

function figure(value: number): string {
  return String(Number(value.toPrecision(5)));
}

/** Whether the default metric can be top-1. */
export async function hasLabels({ calibration }: DrawnSamples): Promise<boolean> {
  if (calibration.kind === 'stream') return false;
  return (await openDataset(calibration.spec, calibration.inputs)).labelled;
}

function integerForms(ranges: CalibrationTable['tensors'], form: GraphForm): Map<string, IntegerForm> {
  return new Map(Object.entries(ranges).map(([tensor, range]) => [tensor, integerForm(tensor, range, form)]));
}

function usage(message: string): CalibrtError {
  return new CalibrtError('ERR_USAGE', message);
}
