import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Everything that the suite measures, with the conditions it was measured under; written at every change, so that a crash loses little. */
export class Results {
  /** Where it is written. */
  file;
  #data;

  constructor(file, conditions) {
    this.file = file;
    this.#data = { conditions, engines: {}, comparisons: {}, contexts: {}, calibration: {}, tests: {} };
  }

  /** Sets the value at a path of keys. */
  set(path, value) {
    const last = path.at(-1);
    const parent = path.slice(0, -1).reduce((node, key) => (node[key] ??= {}), this.#data);
    parent[last] = value;
    this.write();
  }

  /** What became of a test: `waiting`, `running`, `passed`, `skipped: WHY` or `failed: WHY`. */
  setTest(name, outcome) {
    this.set(['tests', name], outcome);
  }

  /** Names of the tests that have not ended. */
  unfinished() {
    const named = (wanted) =>
      Object.entries(this.#data.tests).flatMap(([name, outcome]) => (outcome === wanted ? [name] : []));
    return { running: named('running'), waiting: named('waiting') };
  }

  write() {
    mkdirSync(dirname(this.file), { recursive: true });
    const temporary = `${this.file}.part`;
    writeFileSync(temporary, `${JSON.stringify(this.#data, finite, 2)}\n`);
    renameSync(temporary, this.file);
  }
}

/** JSON has no infinities; the SQNR of equal outputs is one. */
function finite(_, value) {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
