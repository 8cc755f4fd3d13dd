import { availableParallelism } from 'node:os';
import type { WorkerProcess } from '../../backends/onnxruntime/index.js';
import type { Model } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import type { DrawnSamples } from '../calibration/samples.js';
import { placementOptions } from '../placement-options.js';
import type { QuantizeOptions } from '../quantize-options.js';
import type { RepairReport } from '../repair/choice.js';
import { freshMemory } from '../sensitivity/memory.js';
import { rankUnits } from '../sensitivity/rank.js';
import type { Workspace } from '../workspace.js';
import {
  hasLabels,
  openSteps,
  openTrials,
  RANKING_SAMPLES,
  searchPrecision,
  type ChosenPrecision,
  type PrecisionStart,
} from './auto-precision.js';
import { keepsBudget, readBudget } from './budget.js';
import { repairFirst, type JudgedBase, type PrecisionBase } from './first-repairs.js';
import { describeStep, int8ShareOf } from './search.js';
import { withShifts } from './trial-network.js';

/** What keeps the budget, or comes nearest to it, ready to be written. */
export interface KeptBudget extends ChosenPrecision {
  /** The network and the ranges that were settled on. */
  readonly base: PrecisionBase;
  /** The float network with its repairs, and what came of those that were tried. */
  readonly repaired: { readonly model: Model; readonly mended: readonly RepairReport[] };
}

/**
 * The automatic choice as a stage of `quantize`: repairs first, where full INT8 breaks the budget; then nodes are ranked and left out one
 * after another, each step run and judged, until the budget is kept. The holdout takes no part.
 *
 * @throws CalibrtError `ERR_USAGE` for samples that can be read only once; `ERR_DATA_*`; `ERR_ABORTED`.
 */
export async function keepBudget(
  start: PrecisionBase,
  samples: DrawnSamples,
  tools: { readonly worker: WorkerProcess; readonly workspace: Workspace },
  options: QuantizeOptions & OperationOptions,
): Promise<KeptBudget> {
  const budget = readBudget(options, await hasLabels(samples))!;
  const { worker, workspace } = tools;
  const threads = options.threads ?? availableParallelism();
  const startOf = ({ prepared, placement, source, shifts }: PrecisionBase): PrecisionStart => {
    const { tensors } = source.table;
    const parts = { model: prepared.model, placement, ranges: tensors, samples };
    return { ...parts, shifts, tools: { worker, workspace, threads } };
  };
  const judge = async (base: PrecisionBase, name: string): Promise<JudgedBase> => {
    const network = await openSteps(startOf(base), budget, `steps-${name}`, options);
    const [full] = await network.judge([await network.quantize(base.placement)], options);
    return { base, network, full: full! };
  };
  const plain = await judge(start, 'plain');
  const reference = (await plain.network.referenceFigure(options))!;
  const isMet = ({ full, network }: JudgedBase): boolean => keepsBudget(budget, reference, full, network.samples);
  const setting = { metric: budget.metric, isMet, judge, samples, tools, options };
  const { steps, reports } = await repairFirst(plain, setting);
  const { base, network } = steps.at(-1)!.judged;

  const isAll = network.samples <= RANKING_SAMPLES;
  const ranking = isAll ? network : await openTrials(startOf(base), budget, 'ranking', RANKING_SAMPLES, options);
  const scope = placementOptions(options);
  const { units } = await rankUnits(ranking, base.placement, scope, budget.metric, freshMemory(), options);
  const before = steps.map(({ judged, repairs }) =>
    describeStep(judged.full, [], repairs, int8ShareOf(judged.network, judged.base.placement)),
  );
  const chosen = await searchPrecision(budget, units, network, before, base.placement, options);
  const model = await withShifts(base.prepared.model, chosen.placement, base.shifts);
  return { ...chosen, base, repaired: { model, mended: reports } };
}
