import type { NativeBuildEvent } from '../../native.js';
import type { Progress } from '../../progress.js';

interface Phase {
  readonly name: string;
  readonly parent: Phase | undefined;
  readonly steps: number;
  /** Steps that ended. */
  done: number;
  /** How much of the present step an inner phase has done, 0 to 1. */
  inner: number;
}

/** Tens of times a second are enough for a person. */
const intervalMs = 40;

/**
 * Turns the builder's tree of phases into one percentage. Each phase has equal steps; an inner phase fills the step that it
 * began in. The builder's last step may come long before its end, and what it will do is not known before: the figure never
 * falls, but its pace means little.
 */
export class BuildProgress {
  readonly #report: (progress: Progress) => void;
  readonly #now: () => number;
  readonly #open: Phase[] = [];
  #reported = -1;
  #last = -Infinity;

  constructor(report: (progress: Progress) => void, now: () => number = () => performance.now()) {
    this.#report = report;
    this.#now = now;
  }

  /** Takes one event of the builder. */
  handle(event: NativeBuildEvent): void {
    if (!('phase' in event)) return;
    if (event.type === 'start') this.#start(event.phase, event.parent, event.count);
    else if (event.type === 'step') this.#step(event.phase, event.count);
    else this.#finish(event.phase);
    const now = this.#now();
    if (now - this.#last < intervalMs) return;
    this.#last = now;
    this.#send(event.phase);
  }

  /** The plan is there. */
  end(): void {
    this.#reported = 1;
    this.#report({ phase: 'build', done: 100, total: 100 });
  }

  #start(name: string, parent: string, steps: number): void {
    const outer = this.#find(parent);
    this.#open.push({ name, parent: outer, steps: Math.max(steps, 1), done: 0, inner: 0 });
  }

  #step(name: string, index: number): void {
    const phase = this.#find(name);
    if (phase === undefined) return;
    phase.done = Math.min(index + 1, phase.steps);
    phase.inner = 0;
    this.#carryUp(phase);
  }

  #finish(name: string): void {
    const phase = this.#find(name);
    if (phase === undefined) return;
    phase.done = phase.steps;
    this.#carryUp(phase);
    this.#open.splice(this.#open.indexOf(phase), 1);
  }

  #carryUp(phase: Phase): void {
    for (let inner = phase; inner.parent !== undefined; inner = inner.parent) inner.parent.inner = fraction(inner);
  }

  /** The innermost open phase of that name: names repeat, one inside another's sibling. */
  #find(name: string): Phase | undefined {
    return this.#open.findLast((phase) => phase.name === name);
  }

  #send(detail: string): void {
    const root = this.#open[0];
    const done = root === undefined ? this.#reported : fraction(root);
    // 100 is for the plan itself, which the builder has yet to write when its steps are over.
    this.#reported = Math.min(Math.max(done, this.#reported, 0), 0.99);
    this.#report({ phase: 'build', done: Math.round(this.#reported * 100), total: 100, detail });
  }
}

function fraction(phase: Phase): number {
  return Math.min((phase.done + (phase.done < phase.steps ? phase.inner : 0)) / phase.steps, 1);
}
