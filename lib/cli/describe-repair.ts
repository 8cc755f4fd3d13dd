import type { RepairReport } from '../pipeline/repair/choice.js';
import { formatDb } from './describe.js';

/** A row of the summary: what a repair changed and gained, or why it was left out. */
export function describeRepair({ repair, kept, why, nodes, gain }: RepairReport): [string, string] {
  const gained = Object.entries(gain ?? {})
    .map(([name, { before, after }]) => `${name} ${formatDb(before)} to ${formatDb(after)}`)
    .join(', ');
  if (!kept) return [repair, `left out: ${why}`];
  return [repair, `${nodes.length} nodes; on calibration samples ${gained}`];
}
