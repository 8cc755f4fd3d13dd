import { extname } from 'node:path';
import { CalibrtError } from '../errors.js';
import { calibrtFormat } from './calibrt-format.js';
import type { TableFormat } from './format.js';
import type { TableFormatName } from './table.js';
import { tensorRtFormat } from './tensorrt-format.js';
import { tpuMlirFormat } from './tpu-mlir-format.js';

/** Every format of a table's file. */
export const tableFormats: readonly TableFormat[] = [calibrtFormat, tensorRtFormat, tpuMlirFormat];

/** The format of a text that begins like this; undefined where it is no table. */
export function detectTableFormat(start: string): TableFormat | undefined {
  return tableFormats.find((format) => format.detects(start));
}

/** The format of this name. */
export function tableFormat(name: TableFormatName): TableFormat {
  return tableFormats.find((format) => format.name === name)!;
}

/**
 * The format that a file's suffix stands for.
 *
 * @throws CalibrtError `ERR_USAGE` for another suffix.
 */
export function tableFormatOf(path: string): TableFormatName {
  const suffix = extname(path).toLowerCase();
  const format = tableFormats.find((candidate) => candidate.suffix === suffix);
  if (format !== undefined) return format.name;
  const known = tableFormats.map(({ suffix: end, title }) => `${end} (${title})`).join(', ');
  throw new CalibrtError('ERR_USAGE', `${path}: a table's name ends in ${known}; or say which with --format`);
}
