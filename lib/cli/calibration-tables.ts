/** Calibration tables, their comparison and their coverage of a model, for people. */
import type { ModelCoverage } from '../pipeline/table/coverage.js';
import { cacheHeader, type CalibrationTable, type TableComparison, type TensorRange } from '../tables/index.js';
import { table } from './table.js';

const LISTED = 20;

/** What a table holds, as JSON: all but the statistics, which tell a person nothing. */
export function rangesJson(content: CalibrationTable): object {
  const { statistics, origin, ...shown } = content;
  return { format: origin?.format ?? 'calibrt', hasStatistics: statistics !== undefined, ...shown };
}

/** What a table holds. */
export function rangesText(content: CalibrationTable, file: string): string {
  const { method, model, data, conditions, tensors } = content;
  const header = cacheHeader(content);
  const head = [
    ['calibration table', file],
    // Names the algorithm that TensorRT looks for, which is no method of ours.
    header === undefined ? ['method', method] : ['header', header],
    ...(model === undefined ? [] : [['model', `${model.name}, sha256 ${model.sha256.slice(0, 12)}…`]]),
    ...(data === undefined ? [] : [['samples', String(data.samples)]]),
    ...(conditions === undefined
      ? []
      : [
          [
            'made with',
            `calibrt ${conditions.calibrt}, ONNX Runtime ${conditions.onnxruntime}, ${conditions.instructionSet}, ` +
              `${conditions.threads} threads`,
          ],
        ]),
    ['statistics', content.statistics === undefined ? 'none' : 'yes: other methods and merging can start from them'],
    ['tensors', String(Object.keys(tensors).length)],
  ];
  const rows = Object.entries(tensors).map(([name, range]) => [name, ...rangeCells(range)]);
  const columns = ['tensor', 'scale', 'zero point', 'min', 'max', 'seen min', 'seen max', 'kept'];
  return `${table(head)}\n\n${table(rows, columns)}`;
}

function rangeCells({ scale, zeroPoint, min, max, amax, observed }: TensorRange): string[] {
  const cells = [figure(scale), String(zeroPoint), figure(min), figure(max)];
  if (observed === undefined) return [...cells, '', '', ''];
  const seen = Math.max(-observed.min, observed.max);
  return [...cells, figure(observed.min), figure(observed.max), seen === 0 ? '' : percent(amax / seen)];
}

/** How two tables differ, the greatest difference first. */
export function comparisonText(comparison: TableComparison, first: string, second: string): string {
  const { differences, equal, ratios, onlyInFirst, onlyInSecond } = comparison;
  const rows = differences.map(({ tensor, amax, ratio }) => [tensor, ...amax.map(figure), ratio.toFixed(4)]);
  const summary = [
    ['tensors in both', `${differences.length}, ${equal} of them the same`],
    ['ratio', `${ratios.least.toFixed(4)} to ${ratios.greatest.toFixed(4)}, median ${ratios.median.toFixed(4)}`],
    [`only in ${first}`, list(onlyInFirst)],
    [`only in ${second}`, list(onlyInSecond)],
  ];
  return `${table(rows, ['tensor', `amax in ${first}`, `amax in ${second}`, 'ratio'])}\n\n${table(summary)}`;
}

/** How a table covers a model. */
export function coverageText({ model, tensors, matched, missing, unused }: ModelCoverage): string {
  const needs = tensors === 'qdq' ? 'tensors with Q/DQ' : 'float activations';
  return table([
    ['model', model],
    ['needed', `${matched.length + missing.length} ${needs}`],
    ['matched', String(matched.length)],
    ['missing', list(missing)],
    ['unused', list(unused)],
  ]);
}

function list(names: readonly string[]): string {
  if (names.length === 0) return '0';
  const more = names.length > LISTED ? [`and ${names.length - LISTED} more (--json lists all)`] : [];
  return [`${names.length}:`, ...names.slice(0, LISTED), ...more].join('\n');
}

function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
