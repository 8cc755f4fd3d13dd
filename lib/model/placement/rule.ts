import type { GraphNode } from '../node.js';
import type { Draft } from './draft.js';
import type { Facts } from './facts.js';
import type { PlacementOptions } from './types.js';

/** What a rule works with. */
export interface RuleContext {
  readonly facts: Facts;
  readonly draft: Draft;
  readonly options: PlacementOptions;
}

/** Looks at an undecided node and decides on it in the draft, or leaves it to later rules. */
export type Rule = (node: GraphNode, context: RuleContext) => void;

/** Some rules look at what their inputs became, others at their readers. */
export interface RulePass {
  readonly order: 'forward' | 'backward';
  readonly rules: readonly Rule[];
}
