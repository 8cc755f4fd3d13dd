import {
  addShifts,
  dialFeeds,
  dialsOf,
  insertQdq,
  measureShifts,
  type Model,
  type Placement,
  type QuantizationRange,
} from '../../model/index.js';
import { gainOf, type RepairOutcome } from './choice.js';
import { reduceOn } from './reduce.js';
import { meanGain, openTrials, type RepairJudge } from './trial.js';

/**
 * Bias correction: what quantizing a weighted operator shifts its output by, in the mean over samples, goes into its float bias, channel
 * by channel. Kept where the quantized network gains by it.
 *
 * @param model - The cleaned network; it is not changed.
 * @param ranges - Scale and zero point of every tensor of the placement.
 * @throws CalibrtError `ERR_USAGE` for samples that can be read only once; `ERR_DATA_*`; `ERR_ABORTED`.
 */
export async function correctBiases(
  model: Model,
  placement: Placement,
  ranges: ReadonlyMap<string, QuantizationRange>,
  judge: RepairJudge,
): Promise<RepairOutcome> {
  const shifts = await findShifts(model, placement, ranges, judge);
  const nodes = [...shifts.keys()];
  const corrected = model.clone();
  await addShifts(corrected, shifts);

  const network = await openTrials('bias-correction', model, judge);
  const quantized: Model[] = [];
  for (const each of [model, corrected]) {
    const copy = each.clone();
    await insertQdq(copy, placement, ranges);
    quantized.push(copy);
  }
  const [before, after] = await network.judge(quantized, judge.options);
  const gain = gainOf(before!, after!);
  const report = { repair: 'bias-correction', nodes, gain } as const;
  if (meanGain(gain) > 0) return { model: corrected, report: { ...report, kept: true } };
  const why = `it gains nothing here (${meanGain(gain).toFixed(1)} dB)`;
  judge.options.onWarning?.(`bias-correction is left out: ${why}`);
  return { model, report: { ...report, kept: false, why } };
}

/**
 * What each quantized weighted operator's bias is to take in, channel by channel, by node: what its own quantization takes from its
 * output in the mean. Operators differ apart, so those that stay in float are simply left out of it.
 *
 * @throws CalibrtError as {@link correctBiases}.
 */
export async function findShifts(
  model: Model,
  placement: Placement,
  ranges: ReadonlyMap<string, QuantizationRange>,
  judge: RepairJudge,
): Promise<ReadonlyMap<string, Float64Array>> {
  const measures = await measureShifts(model, placement);
  const dials = dialFeeds(dialsOf(placement, ranges));
  const { runs, trials } = await reduceOn('bias-correction', measures, 'sum', [dials], judge);
  return new Map(measures.nodes.map((node, index) => [node, trials[0]![index]!.map((sum) => sum / runs)]));
}
