import { CalibrtError } from '../errors.js';
import type { CalibrationTable } from './table.js';

/** What a table must fit. */
export interface TableNeeds {
  /** SHA-256 of the model; a table that records another is refused. One that records none is taken. */
  readonly modelSha256?: string;
  /** Tensors that need a range. */
  readonly tensors?: readonly string[];
}

/** How a table and the tensors of a network cover each other. */
export interface TableCoverage {
  readonly matched: readonly string[];
  /** Tensors that the table says nothing about. */
  readonly missing: readonly string[];
  /** Names in the table that are no tensors. */
  readonly unused: readonly string[];
}

/** Compares the names of a table with those of a network's tensors. */
export function tableCoverage(table: CalibrationTable, tensors: readonly string[]): TableCoverage {
  const known = new Set(tensors);
  const isCovered = (name: string): boolean => Object.hasOwn(table.tensors, name);
  return {
    matched: tensors.filter(isCovered),
    missing: tensors.filter((name) => !isCovered(name)),
    unused: Object.keys(table.tensors).filter((name) => !known.has(name)),
  };
}

/**
 * Refuses a table that does not fit.
 *
 * @param path - The table's file, for the message.
 * @throws CalibrtError `ERR_TABLE_MISMATCH` with the reason; `details` names every missing tensor.
 */
export function checkTable(table: CalibrationTable, needs: TableNeeds, path = 'the table'): void {
  const { modelSha256, tensors } = needs;
  if (modelSha256 !== undefined && table.model !== undefined && table.model.sha256 !== modelSha256) {
    throw new CalibrtError(
      'ERR_TABLE_MISMATCH',
      `${path} was made for ${table.model.name} (sha256 ${table.model.sha256.slice(0, 12)}…), not for this model ` +
        `(${modelSha256.slice(0, 12)}…): calibrate again`,
    );
  }
  const { missing } = tableCoverage(table, tensors ?? []);
  if (missing.length === 0) return;
  const some = missing.slice(0, 3).join(', ') + (missing.length > 3 ? ', …' : '');
  throw new CalibrtError(
    'ERR_TABLE_MISMATCH',
    `${path} has no range for ${missing.length} of ${tensors!.length} tensors (${some}): calibrate this model, ` +
      `with the same options`,
    { details: missing.map((name) => `missing: ${name}`) },
  );
}
