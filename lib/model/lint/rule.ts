import type { Model } from '../model.js';
import type { LintContext } from './context.js';

/**
 * How bad a finding is: `error`, TensorRT refuses the model, or its documentation excludes it; `warning`, it builds but a fusion breaks, or a layer is slower or less exact
 * than its scales allow.
 */
export type Severity = 'error' | 'warning';

/** Something that breaks a rule. */
export interface Offence {
  /** The node at which it is. */
  readonly node: string;
  /** What is wrong there, and what to do about it, in one sentence. */
  readonly message: string;
}

/** An offence with the rule that it breaks. */
export interface Finding extends Offence {
  readonly rule: string;
  readonly severity: Severity;
}

/** One rule on where and how Q/DQ may stand. */
export interface LintRule {
  /** A stable word. */
  readonly name: string;
  readonly severity: Severity;
  /** What it asks for, in one sentence. */
  readonly asks: string;
  /** What becomes of a model that breaks it. */
  readonly consequence: string;
  /** What `fix` does; absent where nothing can be done without other scales. */
  readonly remedy?: string;
  check(context: LintContext): Offence[];
  /** Edits the model, in place, keeping every scale that stays. Returns what was done, one by one. */
  fix?(context: LintContext, model: Model): Promise<Offence[]>;
}
