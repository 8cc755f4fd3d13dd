import { isDeepStrictEqual } from 'node:util';
import type { Calibrator } from '../../calibrators/types.js';
import { addHashes } from '../data/hash.js';
import { CalibrtError } from '../errors.js';
import type { NativeStatistics } from '../native.js';
import { symmetricRange } from './range.js';
import { packStatistics, unpackStatistics } from './statistics.js';
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

  const merged = await statisticsOf(first);
  for (const other of others) {
    for (const [name, statistics] of await statisticsOf(other)) merged.get(name)!.merge(statistics);
  }
  const ranges = await calibrator.ranges([...merged.values()]);
  const tensors = [...merged].map(([name, statistics], index) => {
    const { min, max } = ranges[index]!;
    return [name, symmetricRange(Math.max(-min, max), statistics.summary())] as const;
  });
  const { model, conditions } = first;
  return {
    method: calibrator.label,
    ...(model && { model }),
    ...(conditions && { conditions }),
    ...(first.data && { data: mergeData(tables.flatMap(({ data }) => data ?? [])) }),
    tensors: Object.fromEntries(tensors),
    statistics: await packStatistics(merged),
  };
}

function statisticsOf({ statistics }: CalibrationTable): Promise<Map<string, NativeStatistics>> {
  if (statistics !== undefined) return unpackStatistics(statistics);
  throw new CalibrtError(
    'ERR_TABLE_MISMATCH',
    'only tables with statistics can be merged: those that calibrt wrote as .json',
  );
}

function checkMergeable(a: CalibrationTable, b: CalibrationTable): void {
  const aspects = [
    ['models', a.model?.sha256, b.model?.sha256],
    ['preprocessing', a.data?.preprocessing, b.data?.preprocessing],
    ['conditions (versions, instruction set, threads)', a.conditions, b.conditions],
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
