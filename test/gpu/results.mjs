import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Everything that the suite measures, with the conditions it was measured under; written after every test, so that a crash loses little. */
export class Results {
  #file;
  #data;

  constructor(file, conditions) {
    this.#file = file;
    this.#data = { conditions, engines: {}, contexts: {}, eventLoop: {}, calibration: {}, tests: {} };
  }

  /** Sets the value at a path of keys. */
  set(path, value) {
    const last = path.at(-1);
    const parent = path.slice(0, -1).reduce((node, key) => (node[key] ??= {}), this.#data);
    parent[last] = value;
    this.write();
  }

  write() {
    mkdirSync(dirname(this.#file), { recursive: true });
    const temporary = `${this.#file}.part`;
    writeFileSync(temporary, `${JSON.stringify(this.#data, finite, 2)}\n`);
    renameSync(temporary, this.#file);
  }
}

/** JSON has no infinities; the SQNR of equal outputs is one. */
function finite(_, value) {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
