import { named } from '../operators.js';
import type { LintRule } from '../rule.js';

/** One tensor is quantized once. */
export const requantized: LintRule = {
  name: 'requantized',
  severity: 'warning',
  asks: 'What was dequantized is not quantized again with another scale.',
  consequence: 'A kernel that only converts, and values that are rounded twice.',

  check: (context) =>
    context.linear.flatMap((entry) => {
      const before = entry.quantizes ? context.quantizerBehind(entry.data) : undefined;
      if (before?.scales === undefined || entry.scales === undefined) return [];
      if (String(before.scales) === String(entry.scales)) return [];
      const message = `what ${named(before.node)} quantized by ${before.scales[0]} is quantized again by ${entry.scales[0]}: keep one`;
      return [{ node: entry.node.name, message }];
    }),
};
