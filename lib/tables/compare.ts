import type { CalibrationTable } from './table.js';

/** One tensor in two tables. */
export interface RangeDifference {
  readonly tensor: string;
  readonly amax: readonly [number, number];
  /** Second amax over the first; Infinity where only the first is 0, 1 where both are. */
  readonly ratio: number;
}

/** How two tables differ. */
export interface TableComparison {
  /** Tensors of both, greatest difference (in either direction) first. */
  readonly differences: readonly RangeDifference[];
  /** Tensors with the very same scale and zero point. */
  readonly equal: number;
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
    onlyInFirst: names.filter((name) => !Object.hasOwn(second.tensors, name)),
    onlyInSecond: Object.keys(second.tensors).filter((name) => !Object.hasOwn(first.tensors, name)),
  };
}

function distance(ratio: number): number {
  return Math.abs(Math.log(ratio));
}
