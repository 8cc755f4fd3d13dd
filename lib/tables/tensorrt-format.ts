import { CalibrtError } from '../errors.js';
import type { SerializeOptions, TableFormat } from './format.js';
import { rangeOfScale } from './range.js';
import type { CalibrationTable, TensorRange } from './table.js';
import {
  DEFAULT_CACHE_ALGORITHM,
  DEFAULT_CACHE_VERSION,
  formatTensorRtCache,
  parseTensorRtCache,
  type TensorRtCache,
} from './tensorrt-cache.js';

/** TensorRT's calibration cache: scales only. */
export const tensorRtFormat: TableFormat = {
  name: 'tensorrt',
  title: 'TensorRT calibration cache',
  suffix: '.cache',
  detects: (start) => start.startsWith('TRT-'),
  parse(text, path) {
    const { algorithm, entries } = parseTensorRtCache(text, path);
    const tensors = new Map<string, TensorRange>();
    for (const { name, scale } of entries) {
      const known = tensors.get(name);
      if (known !== undefined && known.scale !== scale) {
        throw new CalibrtError(
          'ERR_TABLE_INVALID',
          `${path}: tensor ${name} has two scales, ${known.scale} and ${scale}`,
        );
      }
      tensors.set(name, rangeOfScale(scale));
    }
    return { method: algorithm, tensors: Object.fromEntries(tensors) };
  },
  serialize(table, options) {
    const entries = Object.entries(table.tensors).map(([name, range]) => ({ name, scale: cacheScale(name, range) }));
    return formatTensorRtCache({ ...header(table, options), entries });
  },
};

/** The header of the cache that a table was read from, `TRT-101600-EntropyCalibration2`; undefined where it was none. */
export function cacheHeader({ origin }: CalibrationTable): string | undefined {
  if (origin?.format !== 'tensorrt') return undefined;
  return Buffer.from(origin.bytes).toString('utf8').split('\n', 1)[0]!.trim();
}

function cacheScale(name: string, { scale, zeroPoint, min, max }: TensorRange): number {
  if (/[\r\n]/.test(name)) throw unholdable(name, 'a line break in its name');
  if (zeroPoint !== 0 || min !== -max)
    throw unholdable(name, 'an asymmetric range: calibrate with symmetric activations');
  return scale;
}

function header(table: CalibrationTable, options: SerializeOptions): Pick<TensorRtCache, 'version' | 'algorithm'> {
  const { origin } = table;
  const own = origin?.format === 'tensorrt' ? parseTensorRtCache(Buffer.from(origin.bytes).toString(), '') : undefined;
  for (const part of [options.cacheVersion, options.cacheAlgorithm]) {
    if (part === undefined || /^\w+$/.test(part)) continue;
    throw new CalibrtError(
      'ERR_USAGE',
      `"${part}" cannot stand in a TensorRT cache's header, which is as TRT-101600-EntropyCalibration2`,
    );
  }
  return {
    version: options.cacheVersion ?? own?.version ?? DEFAULT_CACHE_VERSION,
    algorithm: options.cacheAlgorithm ?? own?.algorithm ?? DEFAULT_CACHE_ALGORITHM,
  };
}

function unholdable(name: string, what: string): CalibrtError {
  return new CalibrtError('ERR_TABLE_INVALID', `tensor ${name} has ${what}, which a TensorRT cache cannot hold`);
}
