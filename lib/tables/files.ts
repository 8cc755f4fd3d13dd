import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { CalibrtError } from '../errors.js';
import { writeFileAtomic } from '../files.js';
import type { SerializeOptions } from './format.js';
import { detectTableFormat, tableFormat, tableFormatOf, tableFormats } from './formats.js';
import type { CalibrationTable, TableFormatName } from './table.js';

/**
 * Reads a calibration table of any format, told by its content.
 *
 * @throws CalibrtError `ERR_TABLE_INVALID` where there is no such file, or it is no table.
 */
export async function readTable(path: string): Promise<CalibrationTable> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new CalibrtError('ERR_TABLE_INVALID', `the table ${path} ${reason}: check the path`, { cause });
  }
  return parseTable(bytes, path);
}

/**
 * Parses the content of a table's file.
 *
 * @throws CalibrtError `ERR_TABLE_INVALID`.
 */
export function parseTable(bytes: Uint8Array, path: string): CalibrationTable {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const format = detectTableFormat(text);
  if (format === undefined) {
    const known = tableFormats.map(({ title }) => title).join(', ');
    throw new CalibrtError('ERR_TABLE_INVALID', `${path} is none of: ${known}`);
  }
  const table = format.parse(text, path);
  // calibrt's own is written anew from what was read; of the others' files nothing may be lost.
  return format.name === 'calibrt' ? table : { ...table, origin: { format: format.name, bytes } };
}

/** How {@link writeTable} writes. */
export interface WriteTableOptions extends SerializeOptions {
  /** Default: by the suffix. */
  readonly format?: TableFormatName;
}

/**
 * Writes a table, whole or not at all. One that was read from a file of the same format, and not changed, is written back byte
 * for byte.
 *
 * @throws CalibrtError `ERR_USAGE` for an unknown suffix, `ERR_TABLE_INVALID` where the format cannot hold the table, `ERR_OUTPUT`.
 */
export async function writeTable(
  path: string,
  table: CalibrationTable,
  options: TableFormatName | WriteTableOptions = {},
): Promise<void> {
  const settings = typeof options === 'string' ? { format: options } : options;
  await writeFileAtomic(path, serializeTable(table, settings.format ?? tableFormatOf(path), settings));
}

/** The content of a table's file; see {@link writeTable}. */
export function serializeTable(
  table: CalibrationTable,
  name: TableFormatName,
  options: SerializeOptions = {},
): string | Uint8Array {
  const format = tableFormat(name);
  const { origin } = table;
  const asRead = options.cacheVersion === undefined && options.cacheAlgorithm === undefined;
  if (asRead && origin?.format === name && isDeepStrictEqual(parseTable(origin.bytes, name).tensors, table.tensors)) {
    return origin.bytes;
  }
  return format.serialize(table, options);
}
