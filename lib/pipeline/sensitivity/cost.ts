import type { MetricSpec } from '../../accuracy/index.js';
import type { Judgement } from '../../backends/onnxruntime/index.js';

/**
 * What a search for precision looks at: the error of each output relative to its signal, Σ(r-c)²/Σr², and, where the metric is an
 * SQNR or a cosine of a part of an output, the error in that part, which then counts before all outputs.
 */
export interface Errors {
  /** What is asked for; the mean over the outputs (each relative to `base`) where the metric itself has no error to add up. */
  readonly focus: number;
  readonly outputs: readonly number[];
}

/** The errors of a judged network. */
export function errorsOf(judgement: Judgement, metric: MetricSpec | undefined): Errors {
  const outputs = Object.values(judgement.outputs).map(({ sqnrDb }) => relativeError(sqnrDb));
  const value = judgement.metric?.value;
  if (value === undefined || metric === undefined) return { focus: NaN, outputs };
  if (metric.kind === 'sqnr') return { focus: relativeError(value), outputs };
  // 1 - cos(r, r + e) is |e|²/2|r|² for a small e at right angles to r.
  return { focus: metric.kind === 'cosine' ? Math.max(0, 2 * (1 - value)) : NaN, outputs };
}

/** Error of a part of the quantization as a share of all of it: 1 where it is the whole cost. */
export function share(part: Errors, whole: Errors): number {
  if (Number.isFinite(whole.focus)) return ratio(part.focus, whole.focus);
  return mean(part.outputs.map((error, index) => ratio(error, whole.outputs[index]!)));
}

/**
 * What a network gained over another, in dB: of what is asked for, and a quarter of what its outputs gained in the mean, so that of two
 * ways to the same figure the one is taken that helps all outputs. Where no part is asked for the outputs are all there is.
 */
export function gainDb(before: Errors, after: Errors): number {
  const outputs = mean(before.outputs.map((error, index) => decibels(error, after.outputs[index]!)));
  if (!Number.isFinite(before.focus)) return outputs;
  return (decibels(before.focus, after.focus) + OUTPUTS_WEIGHT * outputs) / (1 + OUTPUTS_WEIGHT);
}

/** How far the worst of all outputs fell, in dB; 0 where none did. */
export function worstFallDb(before: Errors, after: Errors): number {
  return Math.max(0, ...before.outputs.map((error, index) => decibels(after.outputs[index]!, error)));
}

/** A step may cost another output this much, and no more. */
export const MOST_FALL_DB = 0.5;

const OUTPUTS_WEIGHT = 0.25;

/** Errors below this, 120 dB, are rounding of FP32. */
const LEAST_ERROR = 1e-12;

function relativeError(sqnrDb: number): number {
  // NaN: the candidate put out NaN, which is as bad as can be.
  return Number.isNaN(sqnrDb) ? Number.MAX_VALUE : 10 ** (-sqnrDb / 10);
}

function decibels(before: number, after: number): number {
  return 10 * Math.log10(Math.max(before, LEAST_ERROR) / Math.max(after, LEAST_ERROR));
}

function ratio(part: number, whole: number): number {
  return whole <= LEAST_ERROR ? 0 : part / whole;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
