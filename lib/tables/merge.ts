import { isDeepStrictEqual } from 'node:util';
import type { Calibrator } from '../../calibrators/types.js';
import { addHashes } from '../data/hash.js';
import { CalibrtError } from '../errors.js';
import { isAsymmetric } from './range.js';
import { searchTensorRanges, storedStatistics } from './recompute.js';
import { packStatistics } from './statistics.js';
import type { CalibrationTable, TableData } from './table.js';

/**
 * One table from those of parts of the data: the same, statistic by statistic, as if the parts had been calibrated on at once.
 *
 * @param calibrator - Searches the ranges in the merged statistics.
 * @throws CalibrtError `ERR_TABLE_MISMATCH` where the tables differ in model, preprocessing, tensors or conditions, or hold no
 * statistics; `ERR_USAGE` for fewer than two.
 */
export async function mergeTables(
  tables: readonly CalibrationTable[],
  calibrator: Calibrator,
): Promise<CalibrationTable> {
  const [first, ...others] = tables;
  if (first === undefined || others.length === 0)
    throw new CalibrtError('ERR_USAGE', 'merging takes at least two tables');
  for (const other of others) checkMergeable(first, other);

  const merged = await storedStatistics(first, 'merged');
  for (const other of others) {
    for (const [name, statistics] of await storedStatistics(other, 'merged')) merged.get(name)!.merge(statistics);
  }
  const { model, conditions } = first;
  return {
    method: calibrator.label,
    ...(model && { model }),
    ...(conditions && { conditions }),
    ...(first.data && { data: mergeData(tables.flatMap(({ data }) => data ?? [])) }),
    tensors: await searchTensorRanges(merged, calibrator, isAsymmetric(first)),
    statistics: await packStatistics(merged),
  };
}

function checkMergeable(a: CalibrationTable, b: CalibrationTable): void {
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
      `the tables have different ${what}, so their statistics are not of one calibration: calibrate the parts alike`,
      { details: [first, second].map((value) => JSON.stringify(value ?? 'unknown')) },
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
