import type { Judgement } from '../../backends/onnxruntime/index.js';
import type { Model } from '../../model/index.js';
import { captureStatistics } from '../calibration/statistics.js';
import type { TrialNetwork } from '../precision/trial-network.js';
import { meanGain, type RepairGain, type RepairJudge } from './trial.js';
import { judgingSamples } from './trial.js';

/** Largest error of an output after a repair that is to leave the function as it is, as a share of the output's range. */
const SAME_FUNCTION = 1e-4;

/** A gain below this is of the samples that judge; measured on the demo, 0.3 dB on 32 samples was a loss of 0.5 on others. */
const LEAST_GAIN_DB = 0.5;

/** What came of one repair. */
export interface RepairReport {
  readonly repair: 'equalize' | 'smooth' | 'tune' | 'bias-correction';
  /** Whether the network that is quantized has it. */
  readonly kept: boolean;
  /** Why it was not kept. */
  readonly why?: string;
  /** Nodes that it changed, or would have. */
  readonly nodes: readonly string[];
  /**
   * Largest error of an output of the float network after it, as a share of the output's range; only of repairs that are to leave the
   * function as it is.
   */
  readonly functionError?: number;
  /** SQNR of the quantized network's outputs in dB, on at most 32 of the samples that calibrate. */
  readonly gain?: RepairGain;
}

/** A network and what came of a repair of it. */
export interface RepairOutcome {
  readonly model: Model;
  readonly report: RepairReport;
}

/** A repaired float network, and what quantizing makes of it. */
export interface RepairCandidate {
  readonly model: Model;
  readonly quantized: Model;
  readonly nodes: readonly string[];
}

/**
 * The candidate that gains most, provided that it gains half a dB and leaves the float network's function as it is; the network as it was
 * where none does, with a warning that says why.
 */
export async function chooseFaithful(
  repair: RepairReport['repair'],
  trials: TrialNetwork,
  judge: RepairJudge,
  before: Omit<RepairCandidate, 'nodes'>,
  candidates: readonly RepairCandidate[],
): Promise<RepairOutcome> {
  const { context, samples, options } = judge;
  const source = { ...samples, calibration: judgingSamples(samples) };
  const set = { model: before.model, tensors: trials.outputs, skipOtherTypes: true };
  const { statistics } = await captureStatistics(set, source, context, {});
  const judged = await trials.judge(
    [before.quantized, ...candidates.flatMap(({ model, quantized }) => [model, quantized])],
    options,
  );
  const tried = candidates.map((candidate, index) => ({
    candidate,
    functionError: errorShare(judged[1 + 2 * index]!, statistics),
    gain: gainOf(judged[0]!, judged[2 + 2 * index]!),
  }));
  const faithful = tried.filter(({ functionError }) => functionError <= SAME_FUNCTION);
  const [best] = (faithful.length > 0 ? faithful : tried).sort((a, b) => meanGain(b.gain) - meanGain(a.gain));
  const { candidate, functionError, gain } = best!;
  const why =
    functionError > SAME_FUNCTION
      ? `it changes an output of the FP32 network by ${functionError.toExponential(1)} of its range`
      : meanGain(gain) < LEAST_GAIN_DB
        ? `it gains nothing here that would count (${meanGain(gain).toFixed(1)} dB)`
        : undefined;
  const report = { repair, nodes: candidate.nodes, functionError, gain };
  if (why === undefined) return { model: candidate.model, report: { ...report, kept: true } };
  options.onWarning?.(`${repair} is left out: ${why}`);
  return { model: before.model, report: { ...report, kept: false, why } };
}

/** SQNR by output, from two judgements. */
export function gainOf(before: Judgement, after: Judgement): RepairGain {
  return Object.fromEntries(
    Object.entries(before.outputs).map(([name, { sqnrDb }]) => [
      name,
      { before: sqnrDb, after: after.outputs[name]!.sqnrDb },
    ]),
  );
}

function errorShare(
  { outputs }: Judgement,
  statistics: ReadonlyMap<string, { summary(): { min: number; max: number } }>,
): number {
  const shares = Object.entries(outputs).map(([name, { maxAbsError }]) => {
    const range = statistics.get(name)?.summary();
    if (range === undefined) return maxAbsError === 0 ? 0 : Infinity;
    return maxAbsError === 0 ? 0 : maxAbsError / (range.max - range.min);
  });
  return Math.max(0, ...shares);
}
