import type { CalibrationTable } from './table.js';

/** One tensor in two tables. */
export interface RangeDifference {
  readonly tensor: string;
  readonly amax: readonly [number, number];
  /** Second amax over the first; Infinity where only the first is 0, 1 where both are. */
  readonly ratio: number;
}

/** The ratios of all tensors in short; 1 throughout where no tensor is in both tables. */
export interface RatioSummary {
  readonly least: number;
  readonly median: number;
  readonly greatest: number;
}

/** How two tables differ. */
export interface TableComparison {
  /** Tensors of both, greatest difference (in either direction) first. */
  readonly differences: readonly RangeDifference[];
  /** Tensors with the very same scale and zero point. */
  readonly equal: number;
  readonly ratios: RatioSummary;
  readonly onlyInFirst: readonly string[];
  readonly onlyInSecond: readonly string[];
}

/** Compares the ranges of two tables, tensor by tensor. */
export function compareTables(first: CalibrationTable, second: CalibrationTable): TableComparison {
  const names = Object.keys(first.tensors);
  const shared = names.filter((name) => Object.hasOwn(second.tensors, name));
  const differences = shared.map((tensor): RangeDifference => {
    const amax = [first.tensors[tensor]!.amax, second.tensors[tensor]!.amax] as const;
    return { tensor, amax, ratio: amax[0] === amax[1] ? 1 : amax[1] / amax[0] };
  });
  const isEqual = (name: string): boolean => {
    const [a, b] = [first.tensors[name]!, second.tensors[name]!];
    return a.scale === b.scale && a.zeroPoint === b.zeroPoint;
  };
  return {
    differences: differences.sort((a, b) => distance(b.ratio) - distance(a.ratio)),
    equal: shared.filter(isEqual).length,
    ratios: summarize(differences.map(({ ratio }) => ratio)),
    onlyInFirst: names.filter((name) => !Object.hasOwn(second.tensors, name)),
    onlyInSecond: Object.keys(second.tensors).filter((name) => !Object.hasOwn(first.tensors, name)),
  };
}

function summarize(ratios: readonly number[]): RatioSummary {
  const sorted = [...ratios].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 1;
  return { least: at(0), median: at(0.5), greatest: at(1) };
}

function distance(ratio: number): number {
  return Math.abs(Math.log(ratio));
}
