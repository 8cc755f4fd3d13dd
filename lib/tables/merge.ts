import { isDeepStrictEqual } from 'node:util';
import type { Calibrator } from '../../calibrators/types.js';
import { addHashes } from '../data/hash.js';
import { CalibrtError } from '../errors.js';
import { isAsymmetric } from './range.js';
import { checkStatistics, searchTensorRanges } from './recompute.js';
import { packStatistics, unpackStatistics } from './statistics.js';
import type { CalibrationTable, TableData } from './table.js';

/**
 * One table from those of parts of the data: the same, statistic by statistic, as if the parts had been calibrated on at once.
 *
 * @param calibrator - Searches the ranges in the merged statistics.
 * @param paths - The tables' files, for messages.
 * @throws CalibrtError as {@link checkMergeable}; `ERR_TABLE_INVALID` where statistics are damaged; `ERR_USAGE` for fewer than two.
 */
export async function mergeTables(
  tables: readonly CalibrationTable[],
  calibrator: Calibrator,
  paths?: readonly string[],
): Promise<CalibrationTable> {
  const parts = nameParts(tables, paths);
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0)
    throw new CalibrtError('ERR_USAGE', 'merging takes at least two tables');
  checkParts(parts);

  const merged = await unpackStatistics(first.table.statistics!, first.path);
  for (const { table, path } of others) {
    for (const [name, entry] of await unpackStatistics(table.statistics!, path)) merged.get(name)!.merge(entry);
  }
  const { model, conditions, data } = first.table;
  return {
    method: calibrator.label,
    ...(model && { model }),
    ...(conditions && { conditions }),
    ...(data && { data: mergeData(tables.flatMap((table) => table.data ?? [])) }),
    tensors: await searchTensorRanges(merged, calibrator, isAsymmetric(first.table)),
    statistics: await packStatistics(merged),
  };
}

/**
 * Refuses tables that are not of parts of one calibration.
 *
 * @param paths - Their files, for the message.
 * @throws CalibrtError `ERR_TABLE_MISMATCH` where one holds no statistics, where they differ in model, preprocessing, tensors or
 *   conditions, or where two are of the very same samples, which would count twice.
 */
export function checkMergeable(tables: readonly CalibrationTable[], paths?: readonly string[]): void {
  checkParts(nameParts(tables, paths));
}

interface Part {
  readonly table: CalibrationTable;
  readonly path: string;
}

function nameParts(tables: readonly CalibrationTable[], paths: readonly string[] = []): Part[] {
  return tables.map((table, index) => ({ table, path: paths[index] ?? `table ${index + 1}` }));
}

function checkParts(parts: readonly Part[]): void {
  for (const { table, path } of parts) checkStatistics(table, 'merged', path);
  const [first, ...others] = parts;
  for (const other of others) checkAlike(first!, other);
  // A hash that is a sum of samples' digests shows equal sets of samples only: sets that overlap cannot be told.
  const seen = new Map<string, string>();
  for (const { table, path } of parts) {
    const hash = table.data?.hash;
    if (hash === undefined || hash === null) continue;
    const other = seen.get(hash);
    if (other !== undefined) {
      throw new CalibrtError(
        'ERR_TABLE_MISMATCH',
        `${other} and ${path} hold the same samples (data ${hash.slice(0, 12)}…), which would count twice: leave one of them out`,
      );
    }
    seen.set(hash, path);
  }
}

function checkAlike({ table: a, path: pathA }: Part, { table: b, path: pathB }: Part): void {
  const aspects = [
    ['models', a.model?.sha256, b.model?.sha256],
    ['preprocessing', a.data?.preprocessing, b.data?.preprocessing],
    ['conditions (versions, instruction set, threads)', a.conditions, b.conditions],
    ['kinds of ranges (symmetric, asymmetric)', isAsymmetric(a), isAsymmetric(b)],
    ['tensors', Object.keys(a.statistics ?? {}).sort(), Object.keys(b.statistics ?? {}).sort()],
  ] as const;
  for (const [what, first, second] of aspects) {
    if (isDeepStrictEqual(first, second)) continue;
    throw new CalibrtError(
      'ERR_TABLE_MISMATCH',
      `${pathA} and ${pathB} have different ${what}, so their statistics are not of one calibration: calibrate the parts alike`,
      {
        details: [
          [pathA, first],
          [pathB, second],
        ].map(([path, value]) => `${String(path)}: ${JSON.stringify(value ?? 'unknown')}`),
      },
    );
  }
}

function mergeData(parts: readonly TableData[]): TableData {
  const hashes = parts.map(({ hash }) => hash);
  return {
    hash: hashes.every((hash) => hash !== null) ? hashes.reduce(addHashes) : null,
    samples: parts.reduce((sum, { samples }) => sum + samples, 0),
    preprocessing: parts[0]!.preprocessing,
  };
}
