import { createCalibrator, type Calibrator, type CalibratorName } from '../../../calibrators/index.js';
import { CalibrtError } from '../../errors.js';
import { checkOutputPaths } from '../../files.js';
import {
  calibratorOfLabel,
  checkMergeable,
  mergeTables,
  recomputeTable,
  tableFormatOf,
  writeTable,
  type CalibrationTable,
  type SerializeOptions,
  type TableFormatName,
} from '../../tables/index.js';
import { readTableOrModel } from './of-model.js';

/** What {@link combineTables} does beside reading. */
export interface CombineOptions {
  /**
   * Search the ranges anew by this method, in the statistics of the tables. Default: the ranges as they are; of several tables, by
   * the method of all of them.
   */
  readonly method?: CalibratorName;
  /** Share in per cent that `percentile` keeps; default 99.99. */
  readonly percentile?: number;
  /** Which of the two published definitions `kld` follows; default `notes`. */
  readonly kldVariant?: 'notes' | 'source';
}

/** Options of {@link convertTable}; those of a TensorRT cache's header among them. */
export interface ConvertTableOptions extends CombineOptions, SerializeOptions {
  /** Default: by the suffix of the output. */
  readonly format?: TableFormatName;
}

/**
 * Reads calibration tables: one as it is, several merged into the table of all their samples; with other ranges where a method is
 * asked for. Takes neither the FP32 model nor samples; a Q/DQ model (`.onnx`) is read for the scales that it holds.
 *
 * @throws CalibrtError `ERR_TABLE_INVALID` for a file that is no table; `ERR_TABLE_MISMATCH` where tables do not belong together, are
 *   of the same samples, or hold no statistics; `ERR_USAGE` where tables of different methods are merged and none is asked for.
 */
export async function combineTables(
  paths: string | readonly string[],
  options: CombineOptions = {},
): Promise<CalibrationTable> {
  const files = typeof paths === 'string' ? [paths] : paths;
  const tables = await Promise.all(files.map(readTableOrModel));
  const [first] = tables;
  if (first === undefined) throw new CalibrtError('ERR_USAGE', 'no table: name at least one');
  const asked = askedFor(options);
  if (tables.length === 1) return asked === undefined ? first : recomputeTable(first, asked, files[0]);
  // First of all: no method helps where this fails.
  checkMergeable(tables, files);
  return mergeTables(tables, asked ?? commonMethod(tables), files);
}

/**
 * Writes what {@link combineTables} gives in the format of choice, whole or not at all, and returns it.
 *
 * @throws CalibrtError as {@link combineTables}; `ERR_USAGE` for an unknown suffix or an output that is an input, `ERR_TABLE_INVALID` where the format cannot hold the
 *   table, `ERR_OUTPUT`.
 */
export async function convertTable(
  paths: string | readonly string[],
  output: string,
  options: ConvertTableOptions = {},
): Promise<CalibrationTable> {
  await checkOutputPaths([output], [undefined, ...[paths].flat()]);
  const { format = tableFormatOf(output), cacheVersion, cacheAlgorithm, ...combine } = options;
  const table = await combineTables(paths, combine);
  await writeTable(output, table, {
    format,
    ...(cacheVersion === undefined ? {} : { cacheVersion }),
    ...(cacheAlgorithm === undefined ? {} : { cacheAlgorithm }),
  });
  return table;
}

function askedFor({ method, ...parameters }: CombineOptions): Calibrator | undefined {
  // A percentile alone says which method is meant.
  const name = method ?? (parameters.percentile === undefined ? undefined : 'percentile');
  return name === undefined ? undefined : createCalibrator(name, parameters);
}

function commonMethod(tables: readonly CalibrationTable[]): Calibrator {
  const labels = [...new Set(tables.map(({ method }) => method))];
  const calibrator = labels.length === 1 ? calibratorOfLabel(labels[0]!) : undefined;
  if (calibrator !== undefined) return calibrator;
  throw new CalibrtError(
    'ERR_USAGE',
    `the tables' ranges are by ${labels.join(' and ')}, which cannot be carried over to their merged statistics: say which ` +
      'method to use (--method)',
  );
}
