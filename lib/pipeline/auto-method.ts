import type { DynamicRange } from '../../calibrators/index.js';
import type { Trial, TrialsResult } from '../backends/onnxruntime/index.js';
import { fixedBatch, modelInputs } from '../data/index.js';
import { addDials, type GraphForm, type Model, type Placement } from '../model/index.js';
import type { NativeStatistics } from '../native.js';
import type { OperationOptions } from '../progress.js';
import { firstSamples } from './first-samples.js';
import { dialOf } from './integer-form.js';
import { searchRanges, type FoundRanges, type RangeSymmetry } from './ranges.js';
import type { DrawnSamples } from './samples.js';
import type { CaptureContext } from './statistics.js';

/** Samples that judge the candidates: each costs a run of the network for every candidate of every tensor. */
const JUDGING_SAMPLES = 16;

/** Candidates whose thresholds are closer than this ratio are one. */
const DISTINCT = 1.01;

/** In the order in which a tie is decided; the first is what the outputs' errors are weighed by. */
const candidateMethods = [
  ['mse', {}],
  ['percentile', { percentile: 99.999 }],
  ['percentile', { percentile: 99.99 }],
  ['entropy', {}],
  ['minmax', {}],
] as const;

/**
 * For each tensor the method whose threshold costs the network's outputs the least when this tensor alone is quantized. All
 * thresholds come from the stored statistics; a few samples go through one network whose ranges are fed as inputs. An output's
 * error counts relative to what it is with everything quantized by `mse`, so that no output drowns another.
 *
 * Judged at the outputs and not at the operators that read the tensor: on a detector the latter gained nothing over `mse`, for most
 * of a feature map is background whose error no output shows (docs/fidelity.md).
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
  const candidates = await findCandidates(statistics, symmetry);
  const { model: dialModel, tensors } = addDials(model, placement);
  const trials = planTrials(tensors, candidates, placement.form);
  const path = context.workspace.path('dials.onnx');
  await dialModel.save(path);
  const result = await context.worker.run(
    {
      kind: 'trials',
      model: path,
      outputs: model.outputs.map(({ name }) => name),
      tensors: tensors.length,
      trials: trials.map(({ trial }) => trial),
      source: firstSamples(samples, JUDGING_SAMPLES),
      batch: fixedBatch(modelInputs(model.inputs)) ?? 1,
      threads: context.threads,
    },
    options,
  );
  return { label: 'auto', ranges: pickBest(trials, result) };
}

/** One run of the network: everything by the first method (no tensor named), or one tensor by one candidate. */
interface PlannedTrial {
  readonly trial: Trial;
  readonly tensor?: string;
  readonly range?: DynamicRange;
}

function planTrials(
  tensors: readonly string[],
  candidates: ReadonlyMap<string, readonly DynamicRange[]>,
  form: GraphForm,
): PlannedTrial[] {
  const dialled = tensors.map((tensor, index) =>
    candidates.get(tensor)!.map((range) => ({ tensor, range, trial: [{ index, dial: dialOf(tensor, range, form) }] })),
  );
  return [{ trial: dialled.flatMap(([first]) => first?.trial ?? []) }, ...dialled.flat()];
}

function pickBest(trials: readonly PlannedTrial[], { errors }: TrialsResult): ReadonlyMap<string, DynamicRange> {
  const weights = Float64Array.from(errors[0]!, (error) => (error > 0 ? 1 / error : 0));
  const best = new Map<string, { range: DynamicRange; cost: number }>();
  trials.forEach(({ tensor, range }, index) => {
    if (tensor === undefined || range === undefined) return;
    const cost = errors[index]!.reduce((sum, error, output) => sum + error * weights[output]!, 0);
    const known = best.get(tensor);
    if (known === undefined || cost < known.cost) best.set(tensor, { range, cost });
  });
  return new Map([...best].map(([tensor, { range }]) => [tensor, range]));
}

async function findCandidates(
  statistics: ReadonlyMap<string, NativeStatistics>,
  symmetry: RangeSymmetry,
): Promise<Map<string, DynamicRange[]>> {
  const found = new Map<string, DynamicRange[]>([...statistics.keys()].map((name) => [name, []]));
  for (const [method, options] of candidateMethods) {
    const { ranges } = await searchRanges(statistics, method, options, symmetry);
    for (const [name, range] of ranges) {
      const known = found.get(name)!;
      if (known.every((other) => areDistinct(other, range))) known.push(range);
    }
  }
  return found;
}

function areDistinct(a: DynamicRange, b: DynamicRange): boolean {
  const [narrow, wide] = [a.max - a.min, b.max - b.min].sort((x, y) => x - y);
  return wide! > narrow! * DISTINCT;
}
