import type { LintRule } from './rule.js';
import { clippedWeights } from './rules/clipped-weights.js';
import { computedScale } from './rules/computed-scale.js';
import { concatScales } from './rules/concat-scales.js';
import { domain } from './rules/domain.js';
import { groupedDeconvolution } from './rules/grouped-deconvolution.js';
import { halfQuantized } from './rules/half-quantized.js';
import { idlePair } from './rules/idle-pair.js';
import { int32Bias } from './rules/int32-bias.js';
import { integerOperator } from './rules/integer-operator.js';
import { opset } from './rules/opset.js';
import { padBeforeConv } from './rules/pad-before-conv.js';
import { perChannelActivation } from './rules/per-channel-activation.js';
import { quantizedType } from './rules/quantized-type.js';
import { requantized } from './rules/requantized.js';
import { residualAdd } from './rules/residual-add.js';
import { scalarInput } from './rules/scalar-input.js';
import { scaleType } from './rules/scale-type.js';
import { scale } from './rules/scale.js';
import { uint8 } from './rules/uint8.js';
import { unequalPair } from './rules/unequal-pair.js';
import { weightAxis } from './rules/weight-axis.js';
import { weightedOutput } from './rules/weighted-output.js';
import { zeroPoint } from './rules/zero-point.js';

/**
 * Every rule, in the order in which what can be fixed is: types first, as later rules see through symmetric INT8 only; what is refused
 * before what breaks a fusion.
 */
export const lintRules: readonly LintRule[] = [
  integerOperator,
  domain,
  opset,
  int32Bias,
  uint8,
  zeroPoint,
  quantizedType,
  scale,
  computedScale,
  scaleType,
  scalarInput,
  perChannelActivation,
  weightAxis,
  unequalPair,
  clippedWeights,
  weightedOutput,
  residualAdd,
  concatScales,
  padBeforeConv,
  halfQuantized,
  requantized,
  idlePair,
  groupedDeconvolution,
];
