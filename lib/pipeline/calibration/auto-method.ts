import type { DynamicRange } from '../../../calibrators/index.js';
import type { Trial } from '../../backends/onnxruntime/index.js';
import { fixedBatch, modelInputs } from '../../data/index.js';
import { addDials, insertQdq, type Model, type Placement } from '../../model/index.js';
import type { NativeStatistics } from '../../native.js';
import type { OperationOptions } from '../../progress.js';
import { firstSamples } from './first-samples.js';
import { dialOf } from './integer-form.js';
import { searchRanges, type FoundRanges, type RangeSymmetry } from './ranges.js';
import type { DrawnSamples } from './samples.js';
import type { CaptureContext } from './statistics.js';

/** Samples that judge the candidates: each costs a run of the network for every candidate of every tensor. */
const JUDGING_SAMPLES = 16;

/** Samples that judge the network as a whole: some ten runs each. */
const JOINT_SAMPLES = 128;

/** Candidates whose thresholds are closer than this ratio are one. */
const DISTINCT = 1.01;

/** In the order in which a tie is decided. */
const candidateMethods = [
  ['mse', {}],
  ['percentile', { percentile: 99.999 }],
  ['percentile', { percentile: 99.99 }],
  ['entropy', {}],
  ['minmax', {}],
] as const;

/** A range for each tensor. */
type Ranges = ReadonlyMap<string, DynamicRange>;

/**
 * For each tensor the method whose threshold costs the network's outputs least. All thresholds come from the stored statistics; a
 * few samples go through one network whose ranges are fed as inputs:
 *
 * 1. every method for all tensors at once, and the weights: the best is where to start from;
 * 2. every candidate of every tensor with this tensor alone quantized;
 * 3. since errors do not add up, the changes that gain most in 2, as many as are best together, none where nothing is better.
 *
 * An output's error counts relative to what `mse` throughout makes of it, so that no output drowns another. Judged at the outputs and
 * not at the operators that read the tensor: most of a detector's feature maps is background, whose error no output shows.
 */
export async function chooseMethods(
  model: Model,
  placement: Placement,
  statistics: ReadonlyMap<string, NativeStatistics>,
  samples: DrawnSamples,
  symmetry: RangeSymmetry,
  context: CaptureContext,
  options: OperationOptions,
): Promise<FoundRanges> {
  const uniform = await searchAll(statistics, symmetry);
  const { model: dialModel, tensors } = addDials(model, placement);
  const exact = context.workspace.path('dials.onnx');
  await dialModel.save(exact, { temporary: true });
  const integer = context.workspace.path('dials-int8.onnx');
  await (await withIntegerWeights(model, placement)).save(integer, { temporary: true });
  const run = async (path: string, trials: readonly Trial[], count: number): Promise<readonly Float64Array[]> => {
    const { errors } = await context.worker.run(
      {
        kind: 'trials',
        model: path,
        reference: exact,
        outputs: model.outputs.map(({ name }) => name),
        tensors: tensors.length,
        trials,
        source: firstSamples(samples, count),
        batch: fixedBatch(modelInputs(model.inputs)) ?? 1,
        threads: context.threads,
      },
      options,
    );
    return errors;
  };
  const dial = (tensor: string, range: DynamicRange): Trial[number] => ({
    index: tensors.indexOf(tensor),
    dial: dialOf(tensor, range, placement.form),
  });
  const joint = async (networks: readonly Ranges[]): Promise<readonly Float64Array[]> =>
    run(
      integer,
      networks.map((ranges) => tensors.map((tensor) => dial(tensor, ranges.get(tensor)!))),
      JOINT_SAMPLES,
    );

  const uniformErrors = await joint(uniform);
  const cost = relativeTo(uniformErrors[0]!);
  const base = uniform[cheapest(uniformErrors.map(cost))]!;
  const single = singleTrials(tensors, base, uniform);
  const alone = await run(
    exact,
    single.map(({ tensor, range }) => [dial(tensor, range)]),
    JUDGING_SAMPLES,
  );
  const gains = rankGains(single, alone.map(cost));
  const together = prefixes(gains).map((taken) => new Map([...base, ...taken]));
  return { label: 'auto', ranges: together[cheapest((await joint(together)).map(cost))]! };
}

/** The network with dials whose weights are INT8 already: what clips an activation may make up for what rounds a weight, or add to it. */
async function withIntegerWeights(model: Model, placement: Placement): Promise<Model> {
  const copy = model.clone();
  await insertQdq(copy, { ...placement, activations: [], biases: [] }, new Map());
  return addDials(copy, placement).model;
}

/** One tensor quantized to one of its candidates, and nothing else. */
interface SingleTrial {
  readonly tensor: string;
  readonly range: DynamicRange;
}

/** For each tensor the base's range, then those of the other methods that are distinct. */
function singleTrials(tensors: readonly string[], base: Ranges, uniform: readonly Ranges[]): SingleTrial[] {
  return tensors.flatMap((tensor) => {
    const distinct: DynamicRange[] = [];
    for (const ranges of [base, ...uniform]) {
      const range = ranges.get(tensor)!;
      if (distinct.every((other) => areDistinct(other, range))) distinct.push(range);
    }
    return distinct.map((range) => ({ tensor, range }));
  });
}

/** The error of the outputs, each relative to what it is in `reference`. */
function relativeTo(reference: Float64Array): (errors: Float64Array) => number {
  const weights = reference.map((error) => (error > 0 ? 1 / error : 0));
  return (errors) => errors.reduce((sum, error, output) => sum + error * weights[output]!, 0);
}

/** The one that costs least, the first of equals. */
function cheapest(costs: readonly number[]): number {
  return costs.reduce((best, cost, index) => (cost < costs[best]! || Number.isNaN(costs[best]!) ? index : best), 0);
}

/** The best range of every tensor that has a better one than its first, the greatest gain first. */
function rankGains(trials: readonly SingleTrial[], costs: readonly number[]): [string, DynamicRange][] {
  const best = new Map<string, { range: DynamicRange; cost: number; first: number }>();
  trials.forEach(({ tensor, range }, index) => {
    const cost = costs[index]!;
    const known = best.get(tensor);
    if (known === undefined) best.set(tensor, { range, cost, first: cost });
    else if (cost < known.cost) best.set(tensor, { ...known, range, cost });
  });
  return [...best]
    .filter(([, { cost, first }]) => cost < first)
    .sort(([, a], [, b]) => b.first - b.cost - (a.first - a.cost))
    .map(([tensor, { range }]) => [tensor, range]);
}

/** None, the first, the first two, four, eight …, all. */
function prefixes<T>(items: readonly T[]): T[][] {
  const lengths = [0];
  for (let length = 1; length < items.length; length *= 2) lengths.push(length);
  if (items.length > 0) lengths.push(items.length);
  return lengths.map((length) => items.slice(0, length));
}

/** The ranges of all tensors by each method, in the order of {@link candidateMethods}. */
async function searchAll(
  statistics: ReadonlyMap<string, NativeStatistics>,
  symmetry: RangeSymmetry,
): Promise<readonly Ranges[]> {
  const found: Ranges[] = [];
  for (const [method, options] of candidateMethods) {
    found.push((await searchRanges(statistics, method, options, symmetry)).ranges);
  }
  return found;
}

function areDistinct(a: DynamicRange, b: DynamicRange): boolean {
  const [narrow, wide] = [a.max - a.min, b.max - b.min].sort((x, y) => x - y);
  return wide! > narrow! * DISTINCT;
}
