import type { RulePass } from '../rule.js';
import { commutingRule, resizeRule } from './commuting.js';
import { concatRule } from './concat.js';
import { averagePoolRule } from './pooling.js';
import { residualAddRule } from './residual-add.js';
import { restRule } from './rest.js';
import { squeezeExciteRule } from './squeeze-excite.js';
import { weightedRule } from './weighted.js';

/**
 * TensorRT's rules, in the order in which they build on one another: additions look at the convolutions before them, the rest at
 * what reads them.
 */
export const tensorrtPasses: readonly RulePass[] = [
  { order: 'forward', rules: [weightedRule] },
  { order: 'forward', rules: [residualAddRule] },
  { order: 'backward', rules: [averagePoolRule, concatRule, squeezeExciteRule, commutingRule, resizeRule, restRule] },
];
