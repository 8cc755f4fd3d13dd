import type { GraphNode } from '../node.js';
import type { Draft } from './draft.js';
import type { Facts } from './facts.js';
import type { PlacementOptions, Verdict } from './types.js';

/** What a rule works with. */
export interface RuleContext {
  readonly facts: Facts;
  readonly draft: Draft;
  readonly options: PlacementOptions;
}

/** The verdict that a node computes on quantized inputs. */
export function quantize(rule: string, reason: string): Verdict {
  return { quantized: true, rule, reason };
}

/** The verdict that a node stays as it is. */
export function leave(rule: string, reason: string): Verdict {
  return { quantized: false, rule, reason };
}

/**
 * Looks at an undecided node. Where the rule is about it, it marks inputs and weights in the draft and returns the verdict; else
 * `undefined`, and the next rule is asked.
 */
export type Rule = (node: GraphNode, context: RuleContext) => Verdict | undefined;

/** Some rules look at what their inputs became, others at their readers. */
export interface RulePass {
  readonly order: 'forward' | 'backward';
  readonly rules: readonly Rule[];
}
