import type { BudgetOptions } from '../../pipeline/precision/budget.js';
import type { FlagValues } from '../command.js';
import { defined } from './read-samples.js';

/** What the metric and budget flags say, as the library's options. */
export function readBudgetFlags(flags: FlagValues): BudgetOptions {
  return defined<BudgetOptions>({ metric: flags['metric'], maxDrop: flags['maxDrop'], min: flags['min'] });
}
