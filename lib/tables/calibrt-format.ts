import { CalibrtError } from '../errors.js';
import type { TableFormat } from './format.js';
import { TableReader } from './json-reader.js';
import type { CalibrationTable, TensorRange } from './table.js';

const FORMAT = 'calibrt-calibration-table';
const VERSION = 1;

/** calibrt's own table: JSON with everything there is. */
export const calibrtFormat: TableFormat = {
  name: 'calibrt',
  title: 'calibrt calibration table',
  suffix: '.json',
  detects: (start) => /^\s*\{/.test(start),
  parse(text, path) {
    return readTableObject(new TableReader(parseJson(text, path), path));
  },
  serialize({ method, model, data, conditions, tensors, statistics }) {
    for (const [name, range] of Object.entries(tensors)) checkFinite(name, range);
    const content = { format: FORMAT, version: VERSION, method, model, data, conditions, tensors, statistics };
    return JSON.stringify(content, null, 1) + '\n';
  },
};

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CalibrtError('ERR_TABLE_INVALID', `${path} is no JSON: it is truncated or was edited`, { cause });
  }
}

function readTableObject(root: TableReader): CalibrationTable {
  if (root.get('format').value !== FORMAT) root.get('format').fail(`"${FORMAT}"`);
  const version = root.get('version').number();
  if (version !== VERSION)
    root.get('version').fail(`${VERSION}: the table is of another version of calibrt, calibrate again`);
  const model = root.optional('model');
  const data = root.optional('data');
  const conditions = root.optional('conditions');
  const statistics = root.optional('statistics');
  return {
    method: root.get('method').string(),
    ...(model && { model: { name: model.get('name').string(), sha256: model.get('sha256').string() } }),
    ...(data && {
      data: {
        hash: data.optional('hash')?.string() ?? null,
        samples: data.get('samples').number(),
        preprocessing: data.optional('preprocessing')?.value ?? null,
      },
    }),
    ...(conditions && {
      conditions: {
        calibrt: conditions.get('calibrt').string(),
        onnxruntime: conditions.get('onnxruntime').string(),
        instructionSet: conditions.get('instructionSet').string(),
        threads: conditions.get('threads').number(),
      },
    }),
    tensors: root.get('tensors').record(readRange),
    ...(statistics && { statistics: statistics.record((entry) => entry.string()) }),
  };
}

function readRange(entry: TableReader): TensorRange {
  const observed = entry.optional('observed');
  const range = {
    min: entry.get('min').number(),
    max: entry.get('max').number(),
    amax: entry.get('amax').number(),
    scale: entry.get('scale').number(),
    zeroPoint: entry.get('zeroPoint').number(),
  };
  if (range.scale < 0 || Math.fround(range.scale) !== range.scale)
    entry.get('scale').fail('a float32 value, not negative');
  if (range.min > range.max) entry.get('min').fail('not above max');
  if (observed === undefined) return range;
  const count = (key: string): number | undefined => observed.optional(key)?.number();
  const counts = { count: count('count'), zeros: count('zeros'), nans: count('nans'), infinities: count('infinities') };
  const known = Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined));
  return { ...range, observed: { min: observed.get('min').number(), max: observed.get('max').number(), ...known } };
}

// JSON.stringify would write null for them.
function checkFinite(name: string, { observed, ...range }: TensorRange): void {
  const values = { ...range, ...observed };
  for (const [key, value] of Object.entries(values)) {
    if (Number.isFinite(value)) continue;
    throw new CalibrtError(
      'ERR_TABLE_INVALID',
      `tensor ${name} has ${key} ${value}: a table holds finite numbers only`,
    );
  }
}
