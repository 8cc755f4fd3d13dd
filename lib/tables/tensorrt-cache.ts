import { CalibrtError } from '../errors.js';

/** One line of a calibration cache. */
export interface CacheEntry {
  /** Tensor name; may hold colons, blanks and brackets. */
  readonly name: string;
  /** The symmetric INT8 scale, a float32 value. */
  readonly scale: number;
}

/** What a TensorRT calibration cache holds. */
export interface TensorRtCache {
  /** As written by TensorRT: MAJOR·1000 + MINOR·100 + PATCH up to 8, MAJOR·10000 + MINOR·100 + PATCH from 10 on. */
  readonly version: string;
  /** `EntropyCalibration2`, `MinMaxCalibration`, …; TensorRT calibrates anew where it is not its calibrator's. */
  readonly algorithm: string;
  readonly entries: readonly CacheEntry[];
}

/** Written where nothing else is asked for: the last TensorRT that takes caches, and the calibrator that trtexec reads them with. */
export const DEFAULT_CACHE_VERSION = '101600';
export const DEFAULT_CACHE_ALGORITHM = 'EntropyCalibration2';

/**
 * Parses a calibration cache: a header `TRT-VERSION-ALGORITHM`, then `NAME: HEX` lines with the bits of a float32 scale, most
 * significant digit first. The name ends at the last colon.
 *
 * @throws CalibrtError `ERR_TABLE_INVALID` naming the line, or the tensor whose scale is negative or not finite.
 */
export function parseTensorRtCache(text: string, path: string): TensorRtCache {
  const [first = '', ...lines] = text.split(/\r?\n/);
  const [, version, algorithm] = /^TRT-(\w+)-(\w+)\s*$/.exec(first) ?? [];
  if (version === undefined || algorithm === undefined) {
    throw invalid(path, `line 1 must be TRT-VERSION-ALGORITHM, found ${JSON.stringify(first.slice(0, 60))}`);
  }
  const entries = lines.flatMap((line, index) =>
    line.trim() === '' ? [] : [parseEntry(line, `${path}, line ${index + 2}`)],
  );
  return { version, algorithm, entries };
}

/** The text of a cache, as TensorRT writes it. */
export function formatTensorRtCache({ version, algorithm, entries }: TensorRtCache): string {
  const lines = entries.map(({ name, scale }) => `${name}: ${scaleToHex(scale)}`);
  return [`TRT-${version}-${algorithm}`, ...lines, ''].join('\n');
}

function parseEntry(line: string, where: string): CacheEntry {
  // Shorter than 8 digits where a writer left out leading zeros.
  const [, name, hex] = /^(.+):\s*([0-9a-fA-F]{1,8})\s*$/.exec(line) ?? [];
  if (name === undefined || hex === undefined) {
    throw invalid(where, `expected \`tensor: 8 hex digits\`, found ${JSON.stringify(line.slice(0, 80))}`);
  }
  const scale = hexToScale(hex);
  if (Number.isFinite(scale) && scale >= 0) return { name, scale };
  throw invalid(
    where,
    `tensor ${name} has the scale ${scale}: the calibration that wrote this cache failed, calibrate again`,
  );
}

function hexToScale(hex: string): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, parseInt(hex, 16));
  return view.getFloat32(0);
}

function scaleToHex(scale: number): string {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, scale);
  return view.getUint32(0).toString(16).padStart(8, '0');
}

function invalid(where: string, reason: string): CalibrtError {
  return new CalibrtError('ERR_TABLE_INVALID', `${where}: ${reason}`);
}
