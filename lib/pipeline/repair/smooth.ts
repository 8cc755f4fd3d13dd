import {
  dialFeeds,
  dialsOf,
  findSmoothSites,
  measureBranches,
  observeChannels,
  placeQdq,
  smoothProducts,
  type Model,
  type Placement,
} from '../../model/index.js';
import type { FoundRanges } from '../calibration/ranges.js';
import { placementOptions, type ScopeOptions } from '../placement-options.js';
import { chooseFaithful, type RepairCandidate, type RepairOutcome } from './choice.js';
import { reduceOn } from './reduce.js';
import { integerForms, openTrials, rangesForTrial, writeRanges, type RepairJudge } from './trial.js';

/** Strengths that are tried where none is asked for. */
const ALPHAS = [0.3, 0.5, 0.7] as const;

/** A network smoothed in one way, its ranges, and what quantizing each tensor costs the products that read it. */
interface Trial {
  readonly model: Model;
  readonly nodes: readonly string[];
  readonly ranges: FoundRanges['ranges'];
  readonly costs: ReadonlyMap<string, number>;
}

/**
 * SmoothQuant's migration of outliers from the inputs of matrix products into their weights, where a normalization or a linear layer takes the
 * division in exactly. Every strength is tried, and each tensor has the one with which its products' outputs are nearest to FP32's, or
 * none; kept where the network's outputs gain.
 *
 * @param model - The cleaned network; it is not changed.
 * @param alpha - One strength, in place of several.
 * @throws CalibrtError `ERR_USAGE` for samples that can be read only once; `ERR_DATA_*`; `ERR_ABORTED`.
 */
export async function smoothNetwork(
  model: Model,
  scope: ScopeOptions,
  alpha: number | undefined,
  judge: RepairJudge,
): Promise<RepairOutcome> {
  const placement = placeQdq(model, placementOptions(scope));
  const quantized = new Set(placement.activations.map(({ tensor }) => tensor));
  const sites = findSmoothSites(model.graph).filter(({ tensor }) => quantized.has(tensor));
  if (sites.length === 0) {
    const why = 'no quantized product reads a normalization or a linear layer that could take a scale in exactly';
    judge.options.onWarning?.(`smooth is left out: ${why}`);
    return { model, report: { repair: 'smooth', kept: false, why, nodes: [] } };
  }
  const observed = sites.map(({ tensor, channels }) => ({ tensor, layout: { channels, at: 'last' as const } }));
  const { trials: maxima } = await reduceOn('smooth', observeChannels(model, observed), 'max', [{}], judge);
  const activations = new Map(observed.map(({ tensor }, index) => [tensor, maxima[0]![index]!]));
  const smoothed = async (alphas: ReadonlyMap<string, number>): Promise<Trial> => {
    const copy = model.clone();
    const nodes = await smoothProducts(copy, { activations, alphas });
    const ranges = await rangesForTrial(copy, placement, judge);
    return { model: copy, nodes, ranges, costs: await costsOf(copy, placement, ranges, judge) };
  };

  const plain = await smoothed(new Map());
  const strengths = alpha === undefined ? ALPHAS : [alpha];
  const uniform: Trial[] = [];
  for (const strength of strengths)
    uniform.push(await smoothed(new Map(sites.map(({ tensor }) => [tensor, strength]))));
  const chosen = new Map(
    sites.flatMap(({ tensor }) => {
      const costs = [plain, ...uniform].map((trial) => trial.costs.get(tensor)!);
      const best = costs.indexOf(Math.min(...costs));
      return best > 0 ? [[tensor, strengths[best - 1]!] as const] : [];
    }),
  );
  const isMixed = chosen.size > 0 && (chosen.size < sites.length || new Set(chosen.values()).size > 1);
  const trials = isMixed ? [await smoothed(chosen), ...uniform] : uniform;
  const candidates: RepairCandidate[] = [];
  for (const { model: each, nodes, ranges } of trials) {
    candidates.push({ model: each, nodes, quantized: await writeRanges(each, placement, ranges) });
  }
  const before = { model, quantized: await writeRanges(model, placement, plain.ranges) };
  return chooseFaithful('smooth', await openTrials('smooth', model, judge), judge, before, candidates);
}

/** Σ (y - y′)² of all operators that read a tensor, by tensor; comparable between networks of one function. */
async function costsOf(
  model: Model,
  placement: Placement,
  ranges: FoundRanges['ranges'],
  judge: RepairJudge,
): Promise<ReadonlyMap<string, number>> {
  const measures = await measureBranches(model, placement);
  const dials = dialFeeds(dialsOf(placement, integerForms(placement, ranges)));
  const { trials } = await reduceOn('smooth', measures, 'sum', [dials], judge);
  const costs = new Map<string, number>();
  measures.branches.forEach(({ tensor }, output) => {
    costs.set(tensor, (costs.get(tensor) ?? 0) + trials[0]![output]![0]!);
  });
  return costs;
}
