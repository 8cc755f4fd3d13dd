import type { Verdict } from '../pipeline/verdicts/index.js';
import type { Console } from './console.js';

/** Warnings that are told one by one. */
const MOST_WARNINGS = 5;

/** Tells of what is wrong with samples, activations and weights; notes are for `--json` and the report. */
export function sayVerdicts(console: Console, verdicts: readonly Verdict[]): void {
  const warnings = verdicts.filter(({ level }) => level === 'warning');
  for (const { subject, message } of warnings.slice(0, MOST_WARNINGS)) console.warn(`${subject}: ${message}`);
  const rest = warnings.length - MOST_WARNINGS;
  if (rest > 0) console.warn(`${rest} more such findings: --json or --report FILE lists them`);
}
