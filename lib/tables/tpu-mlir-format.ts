import { CalibrtError } from '../errors.js';
import type { TableFormat } from './format.js';
import { symmetricScale } from './range.js';
import type { CalibrationTable, TensorRange } from './table.js';

const COLUMNS = '# op_name    threshold    min    max';

/** tpu-mlir's calibration table: `name threshold min max` lines, where min and max are what was observed. */
export const tpuMlirFormat: TableFormat = {
  name: 'tpu-mlir',
  title: 'tpu-mlir calibration table',
  suffix: '.txt',
  detects: (start) => HEADER.test(start),
  parse: parseTpuMlirTable,
  serialize(table) {
    const lines = Object.entries(table.tensors).map(([name, range]) => formatLine(name, range));
    return [...formatHeader(table), COLUMNS, ...lines, ''].join('\n');
  },
};

/** The line of column names, or of FP8 tables, among the first comments: other texts begin with `#` too. */
const HEADER = /^(?:#.*\r?\n)*#\s*(?:op_name\s+threshold\b|tpu-mlir)/;

/** A line that begins a part with other columns: weights' scales, INT4 thresholds, names of asymmetric operators. */
const OTHER_PART = /^#\s*(int4_th|weight_scale|asym_op)/;

function parseTpuMlirTable(text: string, path: string): CalibrationTable {
  let method = 'tpu-mlir';
  const tensors = new Map<string, TensorRange>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (OTHER_PART.test(line)) break;
    if (/^#\s*tpu-mlir-fp8/.test(line)) {
      throw new CalibrtError('ERR_TABLE_INVALID', `${path} is a table of FP8 thresholds: calibrate for INT8`);
    }
    method = /^# quantization threshold calculation method:\s*(\S+)/.exec(line)?.[1] ?? method;
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, ...columns] = /^\s*(.*\S)\s+(\S+)\s+(\S+)\s+(\S+)\s*$/.exec(line) ?? [];
    const [threshold, min, max] = columns.map(Number);
    if (name === undefined || ![threshold, min, max].every(Number.isFinite) || threshold! < 0) {
      throw new CalibrtError(
        'ERR_TABLE_INVALID',
        `${path}, line ${index + 1}: expected \`name threshold min max\`, found ${JSON.stringify(line.slice(0, 80))}`,
      );
    }
    tensors.set(name, toRange(threshold!, min!, max!));
  }
  return { method, tensors: Object.fromEntries(tensors) };
}

function toRange(threshold: number, min: number, max: number): TensorRange {
  const scale = symmetricScale(threshold);
  return { min: -threshold, max: threshold, amax: threshold, scale, zeroPoint: 0, observed: { min, max } };
}

function formatHeader({ method, data }: CalibrationTable): string[] {
  const samples = data === undefined ? [] : [`# sample number: ${data.samples}`];
  return ['# written by calibrt', `# quantization threshold calculation method: ${method}`, ...samples, '###'];
}

function formatLine(name: string, { amax, min, max, observed }: TensorRange): string {
  if (/\s/.test(name)) {
    throw new CalibrtError(
      'ERR_TABLE_INVALID',
      `tensor ${JSON.stringify(name)} has blanks in its name, which a tpu-mlir table cannot hold: rename it`,
    );
  }
  return [name, ...[amax, observed?.min ?? min, observed?.max ?? max].map(formatNumber)].join(' ');
}

/** Seven decimals, as tpu-mlir writes, where they give the same float32 back; else nine significant digits. */
function formatNumber(value: number): string {
  const fixed = value.toFixed(7);
  // tpu-mlir's reader knows no plus sign.
  return (Math.fround(Number(fixed)) === Math.fround(value) ? fixed : value.toPrecision(9)).replace('e+', 'e');
}
