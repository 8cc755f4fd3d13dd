import { describeCast } from '../pipeline/build/cast.js';
/** The result of a migration, for people. */
import type { MigrateResult } from '../pipeline/migration/migrate.js';
import { table, formatBytes } from './table.js';
import { metricsTable } from './tables.js';

/** What was matched and how; one by one what was not by its own name, what is missing and what is left over. */
export function migrationText(result: MigrateResult): string {
  const { matches, left, unusedLines, withoutQdq, quantized, skipped, bytes, changed, verify } = result;
  const byRule = matches.filter(({ rule }) => rule !== 'exact');
  const head = table([
    ['model', `${result.output} (${formatBytes(bytes.int8)}, FP32 ${formatBytes(bytes.fp32)})`],
    ['cache', `${result.cache}, ${result.header}`],
    ['matched', `${matches.length} tensors, ${matches.length - byRule.length} by their own names`],
    ['missing', `${left.length} tensors without a scale`],
    ['without Q/DQ', `${withoutQdq.length} lines, kept in the model's metadata`],
    ['unused', `${unusedLines.length} lines that name no tensor`],
    ['quantized', `${quantized.length} of ${quantized.length + skipped.length} nodes`],
    ...(result.highPrecision === undefined ? [] : [['the rest', describeCast(result.highPrecision)]]),
  ]);
  const parts = [
    head,
    list(
      ['matched line', 'tensor', 'rule'],
      byRule.map(({ line, tensor, rule }) => [line, tensor, rule]),
    ),
    list(
      ['missing tensor', 'in float', 'why'],
      left.map(({ tensor, nodes, reason }) => [tensor, nodes.join(', '), reason]),
    ),
    list(
      ['unused line', 'why', 'may be'],
      unusedLines.map(({ line, reason, suggestion }) => [
        line,
        reason,
        suggestion === undefined ? '' : mapping(line, suggestion),
      ]),
    ),
    list(
      ['changed scale', 'cache', 'model', 'why'],
      changed.map(({ tensor, scale, written, reason }) => [tensor, String(scale), String(written), reason]),
    ),
    verify === null
      ? 'not verified: no samples were given (--data)'
      : metricsTable(verify.outputs, `on ${verify.samples} samples`),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function mapping(line: string, tensor: string): string {
  return `--map '${line}=${tensor}'`;
}

function list(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : table(rows, head);
}
