import type { RulePass } from '../rule.js';
import { arithmeticRule } from './arithmetic.js';
import { infinityRule } from './infinities.js';
import { movingRule } from './moving.js';
import { restRule } from './rest.js';
import { weightedRule } from './weighted.js';

/**
 * The form that ONNX Runtime's CPU kernels run in integers: operators with weights first, then in graph order what carries their
 * results on in 8 bits.
 */
export const onnxruntimePasses: readonly RulePass[] = [
  { order: 'forward', rules: [infinityRule, weightedRule] },
  { order: 'forward', rules: [arithmeticRule, movingRule, restRule] },
];
