import { dropUnusedInitializers } from '../clean/unused.js';
import type { Model } from '../model.js';
import { LintContext } from './context.js';
import type { Finding, Offence } from './rule.js';
import { lintRules } from './rules.js';

/** What a rule's fix did at a node. */
export interface Fixed extends Offence {
  readonly rule: string;
}

/** Checks a Q/DQ model against TensorRT's rules, without running anything. */
export async function lintModel(model: Model): Promise<Finding[]> {
  const context = await LintContext.of(model);
  return lintRules.flatMap((rule) =>
    rule.check(context).map(({ node, message }) => ({ node, rule: rule.name, severity: rule.severity, message })),
  );
}

/**
 * Fixes, in place, what can be fixed while every scale that stays keeps its value. Each fix is of one rule; what it left is seen anew by
 * the next.
 */
export async function fixModel(model: Model): Promise<Fixed[]> {
  const fixed: Fixed[] = [];
  for (const rule of lintRules) {
    const done = (await rule.fix?.(await LintContext.of(model), model)) ?? [];
    for (const { node, message } of done) fixed.push({ node, rule: rule.name, message });
  }
  if (fixed.length > 0) dropUnusedInitializers(model.graph);
  return fixed;
}
