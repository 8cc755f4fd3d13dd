import { equalizeLayers, findPairs, observeChannels, placeQdq, type Model } from '../../model/index.js';
import { placementOptions, type ScopeOptions } from '../placement-options.js';
import { chooseFaithful, type RepairCandidate, type RepairOutcome } from './choice.js';
import { reduceOn } from './reduce.js';
import { openTrials, quantizeForTrial, type RepairJudge } from './trial.js';

/**
 * Cross-layer equalization, by the weights alone and by weights and activations together: the better of the two, where it gains.
 *
 * @param model - The cleaned network; it is not changed.
 * @throws CalibrtError `ERR_USAGE` for samples that can be read only once; `ERR_DATA_*`; `ERR_ABORTED`.
 */
export async function equalizeNetwork(model: Model, scope: ScopeOptions, judge: RepairJudge): Promise<RepairOutcome> {
  const pairs = findPairs(model.graph);
  if (pairs.length === 0) {
    const why = 'no weighted operator reads another’s result through scalable operators alone';
    judge.options.onWarning?.(`equalize is left out: ${why}`);
    return { model, report: { repair: 'equalize', kept: false, why, nodes: [] } };
  }
  const observed = pairs.map(({ between, output }) => ({
    tensor: between,
    layout: { channels: output.channels, at: 'second' as const },
  }));
  const { trials: maxima } = await reduceOn('equalize', observeChannels(model, observed), 'max', [{}], judge);
  const activations = new Map(observed.map(({ tensor }, index) => [tensor, maxima[0]![index]!]));
  const quantize = (each: Model): Promise<Model> =>
    quantizeForTrial(each, placeQdq(each, placementOptions(scope)), judge);
  const candidates: RepairCandidate[] = [];
  for (const seen of [undefined, activations]) {
    const copy = model.clone();
    const changed = await equalizeLayers(copy, { weights: scope.weights, activations: seen });
    candidates.push({ model: copy, quantized: await quantize(copy), nodes: changed.map(({ node }) => node) });
  }
  const before = { model, quantized: await quantize(model) };
  return chooseFaithful('equalize', await openTrials('equalize', model, judge), judge, before, candidates);
}
