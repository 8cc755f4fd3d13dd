import { onDouble } from './conditions.mjs';

/** Seconds after which the suite ends, whatever it is doing. */
export const limitSeconds = Number(process.env.CALIBRT_GPU_TEST_LIMIT_S || 600);

/** Nothing is begun after this share of them, so that what was begun can end. */
const lastBegin = 0.9;

/** Ends the suite in time: programs that it started are killed, the results are written, and a sentence says what was left out. */
export class Limit {
  #began = performance.now();
  #abort = new AbortController();
  #results;
  #timer;
  #leftOut = 0;

  /** @param cleanUp - Called before the process ends. */
  constructor(results, cleanUp) {
    this.#results = results;
    this.#timer = setTimeout(() => this.#end(cleanUp), limitSeconds * 1000);
    // Alone it keeps no process alive.
    this.#timer.unref();
  }

  /** Fires at the limit. */
  get signal() {
    return this.#abort.signal;
  }

  /** Why a test is not to be begun any more; empty while there is time. */
  reasonToSkip() {
    const seconds = (performance.now() - this.#began) / 1000;
    if (seconds < limitSeconds * lastBegin) return '';
    this.#leftOut++;
    return `no time is left: the limit is ${spell(limitSeconds)}`;
  }

  /** The suite has ended; says so where not all of it was done. */
  end() {
    clearTimeout(this.#timer);
    if (this.#leftOut === 0) return;
    this.#results.set(['limit'], { seconds: limitSeconds, leftOut: this.#leftOut });
    console.error(`The limit of ${spell(limitSeconds)} was near: ${this.#leftOut} tests were left out.`);
  }

  #end(cleanUp) {
    const { running, waiting } = this.#results.unfinished();
    this.#results.set(['limit'], { seconds: limitSeconds, running, notBegun: waiting });
    this.#abort.abort();
    const during = running.length === 0 ? '' : ` while this ran: ${running.join(', ')}`;
    console.error(`\nThe limit of ${spell(limitSeconds)} is reached${during}. Not begun: ${waiting.length} tests.`);
    console.error(`The suite ends; what it measured is in ${this.#results.file}${onDouble ? ' (on the double)' : ''}`);
    cleanUp();
    process.exit(1);
  }
}

function spell(seconds) {
  return seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`;
}
