import { isUtf8 } from 'node:buffer';
import { CalibrtError } from '../../errors.js';
import type { Model } from '../../model/index.js';

/** The cache that a model was migrated from, whole, in the model's metadata. */
const CACHE_KEY = 'calibrt.calibration_cache';
/** JSON: what the model made of its lines, where that is not what they say. */
const LINES_KEY = 'calibrt.calibration_cache_lines';
/** Metadata is text, and names of tensors in a cache may be no UTF-8; a cache itself begins otherwise. */
const ENCODED = 'base64:';

/** What became of a line of the cache. */
export interface RecordedLine {
  /** The tensor that has its scale, where that has another name. */
  readonly tensor?: string;
  /** The scale that was written, where it is another: a group's, the floor, or rounded to FP16. */
  readonly scale?: number;
}

/** What a migrated model keeps of the cache that its Q/DQ cannot hold: header, order, and lines of tensors without Q/DQ. */
export interface MigrationRecord {
  readonly cache: Uint8Array;
  readonly lines: Readonly<Record<string, RecordedLine>>;
}

/** Keeps a record in a model's metadata; an older one is replaced. */
export function writeRecord(model: Model, { cache, lines }: MigrationRecord): void {
  const text = isUtf8(cache) ? Buffer.from(cache).toString('utf8') : ENCODED + Buffer.from(cache).toString('base64');
  model.setMetadata(CACHE_KEY, text);
  model.setMetadata(LINES_KEY, Object.keys(lines).length === 0 ? undefined : JSON.stringify(lines));
}

/**
 * The record that {@link writeRecord} left; `undefined` where a model has none.
 *
 * @throws CalibrtError `ERR_TABLE_INVALID` where it was edited into something else.
 */
export function readRecord(model: Model): MigrationRecord | undefined {
  const text = model.metadata.get(CACHE_KEY);
  if (text === undefined) return undefined;
  const encoded = text.startsWith(ENCODED);
  const cache = Buffer.from(encoded ? text.slice(ENCODED.length) : text, encoded ? 'base64' : 'utf8');
  try {
    const lines = JSON.parse(model.metadata.get(LINES_KEY) ?? '{}') as MigrationRecord['lines'];
    return { cache, lines };
  } catch (cause) {
    throw new CalibrtError(
      'ERR_TABLE_INVALID',
      `${model.path}: its metadata ${LINES_KEY} is no JSON: migrate the model again`,
      { cause },
    );
  }
}
