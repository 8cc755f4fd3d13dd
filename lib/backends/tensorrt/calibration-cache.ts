import { readFile } from 'node:fs/promises';
import { CalibrtError } from '../../errors.js';
import { parseTensorRtCache, readTable, serializeTable, type CalibrationTable } from '../../tables/index.js';
import type { NativeCalibrator } from './calibrators.js';

/** The algorithm's name in the header of a cache. */
const algorithmWords: Readonly<Record<NativeCalibrator['algorithm'], string>> = {
  entropy2: 'EntropyCalibration2',
  minmax: 'MinMaxCalibration',
  percentile: 'LegacyCalibration',
};

/** What a calibrator serves instead of a calibration. */
export interface ServedCache {
  /** Undefined where nothing fits. */
  readonly cache: Uint8Array | undefined;
  readonly histograms: Uint8Array | undefined;
  /** Why something that is there is not used as it is. */
  readonly warnings: readonly string[];
}

/**
 * Finds what to serve to TensorRT: the calibrator's table, or its cache file. TensorRT takes a cache only if version and algorithm in
 * its header are its own; a header that differs in the version alone is rewritten.
 *
 * @param version - Of the library: `10.16.0`.
 * @throws CalibrtError `ERR_TABLE_INVALID` for what is no table or cache, `ERR_TABLE_MISMATCH` where there is nothing to serve and there
 *   are no samples.
 */
export async function serveCache(calibrator: NativeCalibrator, version: string): Promise<ServedCache> {
  const { cache: path, table, anyAlgorithm = false } = calibrator.options;
  const header = { cacheVersion: cacheVersion(version), cacheAlgorithm: algorithmWords[calibrator.algorithm] };
  const serve = (found: CalibrationTable): Uint8Array => Buffer.from(serializeTable(found, 'tensorrt', header));
  const histograms = await readHistograms(calibrator);
  if (table !== undefined) {
    const found = typeof table === 'string' ? await readTable(table) : table;
    return { cache: serve(found), histograms, warnings: [] };
  }
  const bytes = path === undefined ? undefined : await readIfThere(path);
  if (path === undefined || bytes === undefined) {
    checkSamples(calibrator, `there is no calibration cache ${path ?? ''}`);
    return { cache: undefined, histograms, warnings: [] };
  }
  const found = parseTensorRtCache(bytes.toString('utf8'), path);
  const warnings: string[] = [];
  if (found.algorithm !== header.cacheAlgorithm) {
    const what = `the calibration cache ${path} is of ${found.algorithm}, not of ${header.cacheAlgorithm}`;
    if (!anyAlgorithm) {
      checkSamples(calibrator, what);
      return { cache: undefined, histograms, warnings: [`${what}: calibrating anew`] };
    }
    warnings.push(`${what}: its scales are used all the same, as asked`);
  } else if (found.version === header.cacheVersion) {
    return { cache: bytes, histograms, warnings };
  }
  if (found.version !== header.cacheVersion) {
    warnings.push(`the calibration cache ${path} is of TensorRT ${found.version}: its scales are used as they are`);
  }
  const text = bytes.toString('utf8');
  const body = text.slice(text.indexOf('\n'));
  const first = `TRT-${header.cacheVersion}-${header.cacheAlgorithm}`;
  return { cache: Buffer.from(first + body), histograms, warnings };
}

/** TensorRT's number of a version: 101600 for 10.16.0. */
function cacheVersion(version: string): string {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return String(major * 10000 + minor * 100 + patch);
}

function checkSamples({ loader }: NativeCalibrator, what: string): void {
  if (loader !== undefined) return;
  throw new CalibrtError('ERR_TABLE_MISMATCH', `${what}, and there are no samples to calibrate on: give some (--data)`);
}

async function readHistograms(calibrator: NativeCalibrator): Promise<Uint8Array | undefined> {
  const path = 'histograms' in calibrator.options ? calibrator.options.histograms : undefined;
  return typeof path === 'string' ? readIfThere(path) : undefined;
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CalibrtError('ERR_TABLE_INVALID', `the calibration cache ${path} cannot be read`, { cause });
  }
}
