import { CalibrtError } from '../lib/errors.js';
import type { DynamicRange } from './types.js';

const MOST_CANDIDATES = 1000;

/**
 * Checks the number of candidates of a tuning.
 *
 * @throws CalibrtError `ERR_USAGE` where it is no integer from 2 to 1000.
 */
export function checkCandidates(count: number): void {
  if (Number.isInteger(count) && count >= 2 && count <= MOST_CANDIDATES) return;
  throw new CalibrtError('ERR_USAGE', `--tune must be a whole number from 2 to ${MOST_CANDIDATES}, not ${count}`);
}

/**
 * `count` ranges in equal steps from a method's range to all that was observed, the two included. One alone where the method clips
 * nothing.
 */
export function tuningCandidates(range: DynamicRange, observed: DynamicRange, count: number): DynamicRange[] {
  const widest = { min: Math.min(range.min, observed.min), max: Math.max(range.max, observed.max) };
  if (widest.min === range.min && widest.max === range.max) return [range];
  return Array.from({ length: count }, (_, step) => {
    const at = (from: number, to: number): number => from + ((to - from) * step) / (count - 1);
    return { min: at(range.min, widest.min), max: at(range.max, widest.max) };
  });
}

/**
 * The range of a tensor that several operators read: each has the candidate that costs it least, the narrower of equals, and of these the
 * widest wins (tpu-mlir's auto-tune), since what one operator needs unclipped another can do with. The method's own where no operator
 * tells.
 *
 * @param errors - By operator: what each candidate costs it, Σ (y - y′)².
 */
export function widestBest(candidates: readonly DynamicRange[], errors: readonly (readonly number[])[]): DynamicRange {
  const best = errors.map((costs) => costs.reduce((least, cost, i) => (cost < costs[least]! ? i : least), 0));
  return candidates[Math.max(0, ...best)]!;
}
