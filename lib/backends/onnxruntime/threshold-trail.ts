import { native, type NativeStatistics } from '../../native.js';
import type { ThresholdTrail } from './protocol.js';

/** Shares of the samples after which thresholds are looked at: two looks cost a percent or two of a calibration. */
const SHARES = [1 / 4, 1 / 2];

/** How the thresholds of all tensors move while samples come in, by the squared error; see the verdict that they have settled. */
export class ThresholdRecorder {
  readonly #looks: number[];
  readonly #found: { samples: number; thresholds: Float64Array }[] = [];

  /** @param total - Samples to come; undefined where nobody knows, and then nothing is recorded. */
  constructor(
    private readonly statistics: readonly NativeStatistics[],
    total: number | undefined,
    private readonly threads: number,
  ) {
    this.#looks = total === undefined ? [] : SHARES.map((share) => Math.floor(total * share)).filter((n) => n > 0);
  }

  /** To be called after every batch with the samples so far. */
  async at(samples: number): Promise<void> {
    if (this.#looks.length === 0 || samples < this.#looks[0]!) return;
    while (this.#looks.length > 0 && samples >= this.#looks[0]!) this.#looks.shift();
    this.#found.push({ samples, thresholds: await this.#search() });
  }

  /** The trail, with the thresholds of all samples at its end. */
  async finish(samples: number): Promise<ThresholdTrail> {
    return this.#found.length === 0 ? [] : [...this.#found, { samples, thresholds: await this.#search() }];
  }

  async #search(): Promise<Float64Array> {
    const found = await native().searchThresholds(this.statistics, { method: 'mse', bits: 8 }, this.threads);
    return Float64Array.from(found, ({ threshold }) => threshold);
  }
}
