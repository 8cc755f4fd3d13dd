import assert from 'node:assert/strict';
import { onDouble } from './conditions.mjs';

/**
 * Pairs of figures that must be near to each other. All are told and recorded before `check` fails for those that are not; on the double they
 * are told alone: nothing there has a meaning.
 */
export class Comparisons {
  #test;
  #record;
  #failed = [];

  /** @param record - Takes a name and what was compared. */
  constructor(test, record) {
    this.#test = test;
    this.#record = record;
  }

  /** The same, of what another program finds: its name comes first. */
  of(program) {
    return { nearly: (name, figures) => this.nearly(`${program}: ${name}`, figures) };
  }

  /** `ours` may be off by `tolerance` in the figures' own unit. */
  near(name, { ours, theirs, tolerance, unit }) {
    // Infinite figures may be equal; their difference is NaN.
    const difference = ours === theirs ? 0 : ours - theirs;
    this.#note(name, { ours, theirs, difference, tolerance, unit });
  }

  /** `ours` may be off by a share of `theirs`. */
  nearly(name, { ours, theirs, tolerance }) {
    const difference = ours === theirs ? 0 : ours / theirs - 1;
    this.#note(name, { ours, theirs, difference, tolerance, unit: 'share' });
  }

  /** @throws AssertionError with all that were too far off. */
  check() {
    if (!onDouble) assert.ok(this.#failed.length === 0, this.#failed.join('\n'));
  }

  #note(name, figures) {
    const { ours, theirs, difference, tolerance, unit } = figures;
    const within = Math.abs(difference) <= tolerance;
    this.#record(name, { ...figures, within, asserted: !onDouble });
    const [off, most] =
      unit === 'share' ? [percent(difference), percent(tolerance)] : [difference, tolerance].map(short);
    const text = `${name}: ${short(ours)} beside ${short(theirs)}, ${off} off, at most ${most}${unit === 'share' ? '' : ` ${unit}`}`;
    this.#test.diagnostic(onDouble ? `${text} (on the double: not asserted)` : text);
    if (!within) this.#failed.push(text);
  }
}

function short(value) {
  return String(Number(value.toPrecision(5)));
}

function percent(value) {
  return `${short(value * 100)} %`;
}
