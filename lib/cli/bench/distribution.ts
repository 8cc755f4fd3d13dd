import { queryTimes } from '../../bench/query-times.js';
import { percentileIndex } from '../../bench/statistics.js';
import type { BenchmarkResult } from '../../pipeline/bench/report.js';
import { shortened } from './figures-table.js';
import { milliseconds } from './units.js';

const blocks = ' ▁▂▃▄▅▆▇█';

/** Queries that were interrupted would press all others into a corner: the axis ends at this percentile, */
const DRAWN_PERCENTILE = 99;

/** and at so many times the greatest median. */
const DRAWN_MEDIANS = 2;

/** Columns for the share of queries that the axis leaves out. */
const BEYOND = 7;

/** The distributions of the latencies on one axis, a line for each model; higher where more queries are. */
export function distributionPlot(results: readonly BenchmarkResult[], width: number): string {
  const sorted = results.map(({ trace }) => queryTimes(trace).latency.sort());
  const greatest = (percentile: number): number =>
    Math.max(...sorted.map((times) => times[percentileIndex(percentile, times.length)]!));
  const low = Math.min(...sorted.map((times) => times[0]!));
  const high = Math.min(greatest(DRAWN_PERCENTILE), DRAWN_MEDIANS * greatest(50));
  const label = Math.min(Math.max(...results.map((result) => result.label.length)), Math.floor(width * 0.3));
  const bins = width - label - 2 - BEYOND;
  const lines = sorted.map((times, row) => {
    const name = shortened(results[row]!.label, label).padEnd(label);
    const beyond = times.filter((time) => time > high).length / times.length;
    const left = beyond < 0.005 ? '' : `+${(beyond * 100).toFixed(0)} %`.padStart(BEYOND);
    return `${name}  ${density(times, low, high, bins)}${left}`.trimEnd();
  });
  const [first, last] = [milliseconds(low), milliseconds(high)];
  const axis = `${' '.repeat(label + 2)}${first}${last.padStart(bins - first.length)}`;
  return [...lines, axis].join('\n');
}

/** A bin with any query at all is seen. */
function density(times: Float32Array, low: number, high: number, bins: number): string {
  const counts = new Uint32Array(bins);
  for (const time of times) {
    const bin = high === low ? 0 : Math.floor(((time - low) / (high - low)) * bins);
    if (time <= high) counts[Math.min(bin, bins - 1)]!++;
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  return Array.from(counts, (count) => blocks[Math.ceil((count / most) * (blocks.length - 1))]!).join('');
}
