import { availableParallelism } from 'node:os';
import { metricName, type MetricSpec } from '../../accuracy/index.js';
import type { WorkerProcess } from '../../backends/onnxruntime/index.js';
import { openDataset } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import type { GraphForm, Model, Placement } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import type { CalibrationTable } from '../../tables/index.js';
import { firstSamples } from '../calibration/first-samples.js';
import { integerForm, type IntegerForm } from '../calibration/integer-form.js';
import { placementOptions, type ScopeOptions } from '../placement-options.js';
import { leastFigure, readBudget, type Budget, type BudgetOptions } from './budget.js';
import { PrecisionSearch, type PrecisionStep } from './search.js';
import type { PreparedModel } from '../prepare.js';
import type { RangeSource } from '../calibration/range-source.js';
import type { DrawnSamples } from '../calibration/samples.js';
import { freshMemory } from '../sensitivity/memory.js';
import { rankUnits, type RankedUnit } from '../sensitivity/rank.js';
import type { Stopwatch } from '../stopwatch.js';
import { TrialNetwork, type TrialParts } from './trial-network.js';
import type { Workspace } from '../workspace.js';

/** Samples that rank the nodes: each costs two runs of half the network for every node. */
export const RANKING_SAMPLES = 32;

/** Samples that judge a step, each costing one run; counts of hits tell less than errors and take more. */
const STEP_SAMPLES = { errors: 64, hits: 256 } as const;

/** Options of the automatic choice of precision. */
export interface AutoOptions extends BudgetOptions {
  /** Leave nodes out of INT8 until the budget (`maxDrop` or `min`) is kept. */
  readonly auto?: boolean;
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
  /** Every network on the way, from full INT8 on. */
  readonly curve: readonly PrecisionStep[];
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

/** What the choice starts from. */
export interface PrecisionStart {
  /** The cleaned FP32 network. */
  readonly model: Model;
  /** Full INT8. */
  readonly placement: Placement;
  readonly ranges: CalibrationTable['tensors'];
  readonly samples: DrawnSamples;
  readonly tools: { readonly worker: WorkerProcess; readonly workspace: Workspace; readonly threads: number };
}

/**
 * Chooses the nodes that stay out of INT8: ranks them, then leaves out one after another, each step run and judged, until the budget
 * is kept on the calibration samples. The holdout takes no part.
 *
 * @returns The placement, and what was done; it is returned too where the budget cannot be kept.
 */
export async function choosePrecision(
  start: PrecisionStart,
  options: ScopeOptions & AutoOptions & OperationOptions,
): Promise<ChosenPrecision> {
  const budget = readBudget(options, await hasLabels(start.samples))!;
  const ranking = await openTrials(start, budget, 'ranking', RANKING_SAMPLES, options);
  const scope = placementOptions(options);
  const { units } = await rankUnits(ranking, start.placement, scope, budget.metric, freshMemory(), options);
  return searchPrecision(start, budget, units, ranking, options);
}

/**
 * The automatic choice as a stage of `quantize`, where it is asked for.
 *
 * @throws CalibrtError `ERR_USAGE` for samples that can be read only once.
 */
export async function keepBudget(
  { model }: PreparedModel,
  placement: Placement,
  { table }: RangeSource,
  samples: DrawnSamples | null,
  { watch, ...tools }: { worker: WorkerProcess; workspace: Workspace; watch: Stopwatch },
  options: ScopeOptions & AutoOptions & OperationOptions & { readonly threads?: number },
): Promise<ChosenPrecision | undefined> {
  if (!options.auto || samples === null) return undefined;
  const threads = options.threads ?? availableParallelism();
  const start = { model, placement, ranges: table.tensors, samples, tools: { ...tools, threads } };
  return watch.time('precision', () => choosePrecision(start, options));
}

/** The search alone, with a ranking that is there already. */
export async function searchPrecision(
  start: PrecisionStart,
  budget: Budget,
  units: readonly RankedUnit[],
  ranking: TrialNetwork,
  options: ScopeOptions & OperationOptions,
): Promise<ChosenPrecision> {
  const count =
    budget.metric.kind === 'cosine' || budget.metric.kind === 'sqnr' ? STEP_SAMPLES.errors : STEP_SAMPLES.hits;
  const isAll = ranking.samples < RANKING_SAMPLES;
  const network = isAll ? ranking : await openTrials(start, budget, 'steps', count, options);
  const reference = (await network.referenceFigure(options))!;
  const search = new PrecisionSearch(network, placementOptions(options), units, budget, reference, options);
  const { placement, ...found } = await search.run(start.placement);
  const figures = found.curve.map(({ figure }) => figure);
  return {
    placement,
    metric: budget.metric,
    auto: {
      metric: metricName(budget.metric),
      least: leastFigure(budget, reference),
      reference,
      int8: figures[0]!,
      chosen: found.chosen,
      met: found.met,
      exclude: found.exclude,
      int8Share: found.int8Share,
      curve: found.curve,
      trials: found.trials,
      samples: network.samples,
    },
  };
}

/** A network for trials, judged by the first `count` of the samples. */
export async function openTrials(
  { model, placement, ranges, samples, tools }: PrecisionStart,
  { metric }: Pick<Partial<Budget>, 'metric'>,
  name: string,
  count: number,
  options: OperationOptions,
): Promise<TrialNetwork> {
  const parts: TrialParts = {
    name,
    model,
    ranges: integerForms(ranges, placement.form),
    samples: firstSamples(samples, count),
    metric,
    exactQdq: placement.form === 'tensorrt',
    ...tools,
  };
  return TrialNetwork.open(parts, options);
}

/**
 * Refuses an automatic choice that makes no sense, before any work.
 *
 * @throws CalibrtError `ERR_USAGE`.
 */
export function checkAuto(options: AutoOptions & { readonly table?: string }): void {
  const { auto = false, maxDrop, min, table } = options;
  const hasBudget = readBudget(options, true) !== undefined;
  if (auto && !hasBudget) {
    throw usage('--auto needs a budget: --max-drop X or --min X, in units of --metric');
  }
  if (!auto && (maxDrop !== undefined || min !== undefined)) {
    throw usage('--max-drop and --min are the budget of --auto: add it, or leave them out');
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
