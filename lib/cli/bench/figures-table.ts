import type { Comparison } from '../../bench/comparison.js';
import type { Figures } from '../../bench/figures.js';
import type { BenchmarkReport } from '../../pipeline/bench/report.js';
import { table } from '../table.js';
import { milliseconds } from './units.js';

interface Column {
  readonly head: string;
  /** Columns that do not fit are left out, the highest number first. */
  readonly rank: number;
  readonly cell: (report: BenchmarkReport) => string;
}

const GAP = 2;
const SHORTEST_LABEL = 16;

/** The figures of all models, one a row, in as many columns as fit. */
export function figuresTable(reports: readonly BenchmarkReport[], width: number): string {
  const columns = columnsOf(reports).filter(({ cell }) => reports.some((report) => cell(report) !== ''));
  const cells = new Map(columns.map((column) => [column, reports.map(column.cell)]));
  const widthOf = (column: Column): number =>
    GAP + Math.max(column.head.length, ...cells.get(column)!.map(({ length }) => length));
  const longest = Math.max(...reports.map(({ label }) => label.length));
  const label = Math.min(longest, Math.max(SHORTEST_LABEL, Math.floor(width * 0.4)));
  const left = [...columns];
  while (left.length > 1 && label + left.reduce((sum, column) => sum + widthOf(column), 0) > width) {
    const least = left.reduce((worst, column) => (column.rank > worst.rank ? column : worst));
    left.splice(left.indexOf(least), 1);
  }
  const rows = reports.map((report, row) => [
    shortened(report.label, label),
    ...left.map((column) => cells.get(column)![row]!.padStart(widthOf(column) - GAP)),
  ]);
  return table(rows, ['', ...left.map((column) => column.head.padStart(widthOf(column) - GAP))]);
}

function columnsOf(reports: readonly BenchmarkReport[]): Column[] {
  const percentiles = Object.keys(reports[0]?.latencyMs ?? {}).filter((name): name is `p${number}` =>
    /^p\d/.test(name),
  );
  const latency = (head: string, rank: number, of: (figures: Figures) => number): Column => ({
    head,
    rank,
    cell: ({ latencyMs }) => milliseconds(of(latencyMs)),
  });
  return [
    latency('median', 0, ({ median }) => median),
    { head: '±95 %', rank: 1, cell: halfWidth },
    {
      head: 'compute',
      rank: 5,
      cell: ({ gpuComputeMs }) => (gpuComputeMs ? milliseconds(gpuComputeMs.median) : ''),
    },
    latency('min', 8, ({ min }) => min),
    latency('mean', 7, ({ mean }) => mean),
    // The last is the one that people ask for.
    ...percentiles.map((name, index) =>
      latency(name, index === percentiles.length - 1 ? 3 : 6, (figures) => figures[name]!),
    ),
    {
      head: 'cv',
      rank: 9,
      cell: ({ latencyMs: { cvPercent } }) => (Number.isFinite(cvPercent) ? `${cvPercent.toFixed(1)} %` : ''),
    },
    { head: 'queries/s', rank: 4, cell: ({ throughputQps }) => rate(throughputQps) },
    { head: 'speed', rank: 2, cell: ({ comparison }) => (comparison ? speed(comparison) : '') },
  ];
}

/** Half of the interval's width, of the median. */
function halfWidth({ medianCi95Ms: interval, latencyMs: { median } }: BenchmarkReport): string {
  return interval === null ? '?' : `±${(((interval[1] - interval[0]) / 2 / median) * 100).toFixed(1)} %`;
}

/** How many times as fast as the first model. */
function speed({ ratio, significance }: Comparison): string {
  const sign = { equivalent: '≈', faster: '', slower: '', undecided: '?' }[significance];
  return `${sign}${(1 / ratio).toFixed(2)}×`;
}

function rate(value: number): string {
  return value < 100 ? value.toPrecision(3) : value.toFixed(0);
}

/** The middle of a long name is left out: what tells models apart is at the beginning or the end. */
export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.floor((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}
