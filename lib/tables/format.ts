import type { CalibrationTable, TableFormatName } from './table.js';

/** A kind of table file. */
export interface TableFormat {
  readonly name: TableFormatName;
  /** For a person: `TensorRT calibration cache`. */
  readonly title: string;
  readonly suffix: string;
  /** Whether a text that begins like this is of this format. */
  detects(start: string): boolean;
  /** @throws CalibrtError `ERR_TABLE_INVALID` naming the place. */
  parse(text: string, path: string): CalibrationTable;
  /** @throws CalibrtError `ERR_TABLE_INVALID` where the format cannot hold the table. */
  serialize(table: CalibrationTable, options: SerializeOptions): string;
}

/** What formats need to know that a table does not say. */
export interface SerializeOptions {
  /** Version in a TensorRT cache's header: TensorRT calibrates anew where it is not its own. Default: the table's own, else 101600. */
  readonly cacheVersion?: string;
  /** Algorithm in that header. Default: the table's own, else `EntropyCalibration2`, which trtexec's `--calib` takes. */
  readonly cacheAlgorithm?: string;
}
