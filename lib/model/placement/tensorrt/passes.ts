import type { RulePass } from '../rule.js';
import { residualAddRule } from './residual-add.js';
import { restRule } from './rest.js';
import { weightedRule } from './weighted.js';

/** TensorRT's rules, in the order in which they build on one another. */
export const tensorrtPasses: readonly RulePass[] = [
  { order: 'forward', rules: [weightedRule] },
  { order: 'forward', rules: [residualAddRule] },
  { order: 'forward', rules: [restRule] },
];
