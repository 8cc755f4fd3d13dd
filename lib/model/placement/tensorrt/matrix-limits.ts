import { leave } from '../rule.js';
import type { Verdict } from '../types.js';

type Side = number | null | undefined;

/** Smallest inner or output side of a matrix product that pays off in INT8. */
const smallestSide = 16;

/** Why a product of M × K and K × N matrices stays in float; `undefined` where nothing (known) speaks against INT8. */
export function matrixLimit(k: Side, n: Side, m?: Side): Verdict | undefined {
  if (n === 1) return leave('matrix-vector', 'It multiplies with a single column, where INT8 gains nothing.');
  if (m === 1) return leave('matrix-vector', 'It multiplies a single row, where INT8 gains nothing.');
  if ([k, n].some((side) => typeof side === 'number' && side < smallestSide)) {
    return leave('small-matrix', `A matrix with a side below ${smallestSide} gains nothing in INT8.`);
  }
  return undefined;
}
