import { CalibrtError } from '../errors.js';

/** The share of samples that a run may lose before its results would no longer stand for the data. */
export const MAX_SKIPPED_SHARE = 0.1;

/** Counts the samples that a run skips, and ends it when they are too many. */
export class SkipPolicy {
  readonly #total: number;
  readonly #problems: string[] = [];

  /** @param total - Samples that the run set out to read, or of the whole draw of which it reads a part. */
  constructor(total: number) {
    this.#total = total;
  }

  get skipped(): number {
    return this.#problems.length;
  }

  /**
   * Counts one more.
   *
   * @param problem - Which sample it is and what is wrong with it.
   * @throws CalibrtError `ERR_DATA_FORMAT` as soon as more than {@link MAX_SKIPPED_SHARE} of all samples are lost.
   */
  skip(problem: string): void {
    this.#problems.push(problem);
    if (this.skipped <= this.#total * MAX_SKIPPED_SHARE) return;
    throw new CalibrtError(
      'ERR_DATA_FORMAT',
      `${this.skipped} of ${this.#total} samples cannot be read, more than ${MAX_SKIPPED_SHARE * 100} %: ` +
        `repair or remove them. The first: ${this.#problems[0]}`,
      { details: this.#problems },
    );
  }
}
