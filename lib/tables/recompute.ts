import type { Calibrator } from '../../calibrators/types.js';
import { CalibrtError } from '../errors.js';
import type { NativeStatistics } from '../native.js';
import { asymmetricRange, isAsymmetric, symmetricRange } from './range.js';
import { unpackStatistics } from './statistics.js';
import type { CalibrationTable, TensorRange } from './table.js';

/**
 * The same table with the ranges that another method finds in its statistics: no model, no samples.
 *
 * @param path - The table's file, for messages.
 * @throws CalibrtError `ERR_TABLE_MISMATCH` where the table holds no statistics, or not those of each tensor; `ERR_TABLE_INVALID`
 *   where they are damaged.
 */
export async function recomputeTable(
  table: CalibrationTable,
  calibrator: Calibrator,
  path = 'the table',
): Promise<CalibrationTable> {
  checkStatistics(table, 'searched anew', path);
  const statistics = await unpackStatistics(table.statistics, path);
  const bare = Object.keys(table.tensors).find((name) => !statistics.has(name));
  if (bare !== undefined) {
    throw new CalibrtError(
      'ERR_TABLE_MISMATCH',
      `${path} has a range for tensor ${bare}, but no statistics of it: calibrate again`,
    );
  }
  const tensors = await searchTensorRanges(statistics, calibrator, isAsymmetric(table));
  return { ...table, method: calibrator.label, tensors };
}

/** The ranges that a method finds in statistics, as a table holds them. */
export async function searchTensorRanges(
  statistics: ReadonlyMap<string, NativeStatistics>,
  calibrator: Calibrator,
  asymmetric: boolean,
): Promise<Record<string, TensorRange>> {
  const names = [...statistics.keys()];
  const values = [...statistics.values()];
  const ranges = await (asymmetric ? calibrator.asymmetricRanges(values, names) : calibrator.ranges(values, names));
  const entries = names.map((name, index): [string, TensorRange] => {
    const { min, max } = ranges[index]!;
    const summary = values[index]!.summary();
    return [name, asymmetric ? asymmetricRange(min, max, summary) : symmetricRange(max, summary)];
  });
  return Object.fromEntries(entries);
}

/** A table with its statistics. */
export type TableWithStatistics = CalibrationTable & Required<Pick<CalibrationTable, 'statistics'>>;

/**
 * Insists on statistics.
 *
 * @param purpose - What a table needs them for, for the message: `merged`.
 * @param path - The table's file, for the message.
 * @throws CalibrtError `ERR_TABLE_MISMATCH` where it holds none.
 */
export function checkStatistics(
  table: CalibrationTable,
  purpose: string,
  path: string,
): asserts table is TableWithStatistics {
  if (table.statistics !== undefined) return;
  throw new CalibrtError(
    'ERR_TABLE_MISMATCH',
    `only tables with statistics can be ${purpose}, and ${path} holds none: take the .json that calibrt wrote, or calibrate again`,
  );
}
