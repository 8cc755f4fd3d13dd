import type { SampleSource } from '../../backends/onnxruntime/index.js';
import { insertQdq, type Model, type Placement } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import { firstSamples } from '../calibration/first-samples.js';
import { integerForm, type IntegerForm } from '../calibration/integer-form.js';
import { searchRanges, type FoundRanges, type RangeSymmetry } from '../calibration/ranges.js';
import type { DrawnSamples } from '../calibration/samples.js';
import { captureStatistics, type CaptureContext } from '../calibration/statistics.js';
import { TrialNetwork } from '../precision/trial-network.js';

/** Samples that a repair is judged by: each costs a few runs of the network. */
export const JUDGING_SAMPLES = 32;

/** What judges a repair. */
export interface RepairJudge {
  readonly samples: DrawnSamples;
  readonly symmetry: RangeSymmetry;
  readonly context: CaptureContext;
  readonly options: OperationOptions;
}

/** SQNR of each output in dB, before and after. */
export type RepairGain = Readonly<Record<string, { readonly before: number; readonly after: number }>>;

/** The samples that judge. */
export function judgingSamples(samples: DrawnSamples): SampleSource {
  return firstSamples(samples, JUDGING_SAMPLES);
}

/** A network quantized with ranges that fit it, found on the judging samples alone. */
export async function quantizeForTrial(model: Model, placement: Placement, judge: RepairJudge): Promise<Model> {
  return writeRanges(model, placement, await rangesForTrial(model, placement, judge));
}

/** Ranges that fit a network, by the default method, found on the judging samples alone. */
export async function rangesForTrial(
  model: Model,
  placement: Placement,
  judge: RepairJudge,
): Promise<FoundRanges['ranges']> {
  const samples = { ...judge.samples, calibration: judgingSamples(judge.samples) };
  const tensors = placement.activations.map(({ tensor }) => tensor);
  const { signal } = judge.options;
  const captured = await captureStatistics({ model, tensors, placement }, samples, judge.context, {
    ...(signal && { signal }),
  });
  return (await searchRanges(captured.statistics, 'mse', {}, judge.symmetry)).ranges;
}

/** Ranges in the integers of the placement's form. */
export function integerForms(placement: Placement, ranges: FoundRanges['ranges']): Map<string, IntegerForm> {
  const { activations, form } = placement;
  return new Map(activations.map(({ tensor }) => [tensor, integerForm(tensor, ranges.get(tensor)!, form)]));
}

/** A copy of the network with these ranges in it. */
export async function writeRanges(model: Model, placement: Placement, ranges: FoundRanges['ranges']): Promise<Model> {
  const quantized = model.clone();
  await insertQdq(quantized, placement, integerForms(placement, ranges));
  return quantized;
}

/** Networks judged by what `reference` makes of the judging samples. */
export async function openTrials(name: string, reference: Model, judge: RepairJudge): Promise<TrialNetwork> {
  const { context, samples, options } = judge;
  return TrialNetwork.open(
    { name, model: reference, ranges: new Map(), samples: judgingSamples(samples), exactQdq: true, ...context },
    options,
  );
}

/** The mean over the outputs of what was gained, in dB; what is exact before or after counts as 0 or as 100 dB. */
export function meanGain(gain: RepairGain): number {
  const bounded = (db: number): number => (Number.isNaN(db) ? -100 : Math.max(-100, Math.min(100, db)));
  const gains = Object.values(gain).map(({ before, after }) => bounded(after) - bounded(before));
  return gains.reduce((sum, value) => sum + value, 0) / Math.max(1, gains.length);
}
