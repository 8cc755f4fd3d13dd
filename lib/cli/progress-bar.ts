import cliProgress from 'cli-progress';
import type { Progress } from '../progress.js';

const FORMAT = '{phase} [{bar}] {value}/{total} {detail} eta {eta_formatted}';
const OPEN_FORMAT = '{phase} {value} {detail}';

/** One bar on stderr that shows the phase at hand; a new phase starts it afresh, so that the ETA is of that phase. */
export class ProgressBar {
  #bar: cliProgress.MultiBar;
  #single: cliProgress.SingleBar | undefined;
  #phase: string | undefined;

  constructor() {
    this.#bar = new cliProgress.MultiBar(
      { stream: process.stderr, hideCursor: true, clearOnComplete: true, fps: 10, etaBuffer: 50, emptyOnZero: true },
      cliProgress.Presets.shades_classic,
    );
  }

  update(progress: Progress): void {
    const { phase, done, total, detail = '' } = progress;
    if (this.#phase !== phase || this.#single === undefined) {
      if (this.#single) this.#bar.remove(this.#single);
      const format = total === undefined ? OPEN_FORMAT : FORMAT;
      this.#single = this.#bar.create(total ?? 0, done, { phase, detail }, { format });
      this.#phase = phase;
    }
    if (total !== undefined) this.#single.setTotal(total);
    this.#single.update(done, { phase, detail });
  }

  /** Prints a line above the bar. */
  line(text: string): void {
    this.#bar.log(`${text}\n`);
  }

  stop(): void {
    this.#bar.stop();
  }
}
