import type { Verdict } from '../pipeline/verdicts/index.js';

/** One row of a table of facts. */
export type Fact = readonly [label: string, value: string];

/** An activation: its values and the ranges that each method would give it. */
export interface TensorPage {
  readonly name: string;
  /** Greatest magnitude seen; the histogram goes from 0 to it. */
  readonly amax: number;
  /** Counts of |x| in equal bins over [0, amax], zeros left out. */
  readonly histogram: Float64Array;
  /** Where each method clips. */
  readonly thresholds: readonly { readonly method: string; readonly value: number; readonly isChosen: boolean }[];
}

/** What quantizing one layer costs; see `sensitivity`. */
export interface LayerCost {
  readonly node: string;
  readonly cost: number;
  /** Whether automatic precision left it out of INT8. */
  readonly isOut?: boolean;
}

/** A step of automatic precision: how much runs in INT8 there, and what is left of the accuracy. */
export interface TradeOffPoint {
  /** Share of the multiply-accumulates in INT8, 0 to 1. */
  readonly share: number;
  readonly metric: number;
}

/** Everything that a report shows. */
export interface ReportData {
  /** The model's name. */
  readonly title: string;
  readonly summary: readonly Fact[];
  readonly verdicts: readonly Verdict[];
  readonly tensors: readonly TensorPage[];
  /** In the unit of `unit`, the costliest first. */
  readonly layers?: { readonly unit: string; readonly costs: readonly LayerCost[] };
  readonly tradeOff?: { readonly unit: string; readonly points: readonly TradeOffPoint[] };
  /** Versions, data, options. */
  readonly conditions: readonly Fact[];
}
