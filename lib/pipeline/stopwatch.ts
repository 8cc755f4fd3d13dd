/** Milliseconds by phase; a phase entered twice adds up. */
export class Stopwatch {
  readonly #timings = new Map<string, number>();

  /** Runs `work` and books its time under `phase`, also where it throws. */
  async time<T>(phase: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.#timings.set(phase, (this.#timings.get(phase) ?? 0) + performance.now() - start);
    }
  }

  /** Milliseconds by phase, rounded to 0.1, in the order of first entry. */
  get timings(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#timings].map(([phase, ms]) => [phase, Math.round(ms * 10) / 10]));
  }
}
