/** How far a candidate's output is from the reference's, pooled over all samples. */
export interface OutputMetrics {
  /** Cosine similarity of the two outputs, all samples end to end as one vector; 1 where both are all zero. */
  readonly cosine: number;
  /** 10·log10(Σ reference² / Σ (reference - candidate)²) in dB, pooled; Infinity where they are equal. */
  readonly sqnrDb: number;
  /** Mean squared error. */
  readonly mse: number;
  readonly maxAbsError: number;
  /** Share of rows (last axis) whose greatest element is at the same place; null where rows have one element. */
  readonly argmaxAgreement: number | null;
}

/** The sums behind {@link OutputMetrics}; they add up over batches, so no output is ever kept. */
export class MetricsAccumulator {
  #signal = 0;
  #candidate = 0;
  #dot = 0;
  #error = 0;
  #count = 0;
  #maxAbsError = 0;
  #rows = 0;
  #agreeing = 0;

  /** Adds one pair of outputs of equal length; `rowLength` is the length of the last axis. */
  add(reference: ArrayLike<number>, candidate: ArrayLike<number>, rowLength: number): void {
    for (let i = 0; i < reference.length; i++) {
      const r = reference[i]!;
      const c = candidate[i]!;
      const e = r - c;
      this.#signal += r * r;
      this.#candidate += c * c;
      this.#dot += r * c;
      this.#error += e * e;
      // Math.max and no comparison: a NaN of the candidate must show in the result.
      this.#maxAbsError = Math.max(this.#maxAbsError, Math.abs(e));
    }
    this.#count += reference.length;
    if (rowLength > 1) this.#compareRows(reference, candidate, rowLength);
  }

  /** The metrics of everything added so far. */
  result(): OutputMetrics {
    const norms = Math.sqrt(this.#signal) * Math.sqrt(this.#candidate);
    return {
      cosine: norms === 0 ? Number(this.#signal === this.#candidate) : this.#dot / norms,
      sqnrDb: this.#error === 0 ? Infinity : 10 * Math.log10(this.#signal / this.#error),
      mse: this.#count === 0 ? 0 : this.#error / this.#count,
      maxAbsError: this.#maxAbsError,
      argmaxAgreement: this.#rows === 0 ? null : this.#agreeing / this.#rows,
    };
  }

  #compareRows(reference: ArrayLike<number>, candidate: ArrayLike<number>, rowLength: number): void {
    for (let start = 0; start + rowLength <= reference.length; start += rowLength) {
      this.#rows++;
      if (argmax(reference, start, rowLength) === argmax(candidate, start, rowLength)) this.#agreeing++;
    }
  }
}

/** Index, within the row, of its greatest element; the first of equals, as numpy has it. */
export function argmax(values: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}

/** Whether `label` is among the `k` greatest elements of the row; of equal elements the first counts, and NaN is no score at all. */
export function isInTop(values: ArrayLike<number>, start: number, length: number, label: number, k: number): boolean {
  const score = values[start + label];
  if (score === undefined || Number.isNaN(score) || label >= length) return false;
  let better = 0;
  for (let i = 0; i < length; i++) {
    const v = values[start + i]!;
    // What is neither less nor equal is greater, or NaN, which has no place in an order.
    if (!(v <= score) || (v === score && i < label)) better++;
  }
  return better < k;
}
