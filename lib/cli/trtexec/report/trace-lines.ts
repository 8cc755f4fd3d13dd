import type { QueryTimes } from '../../../bench/query-times.js';
import { formatNumber } from '../format-number.js';

const f = Math.fround;
/** Groups that are printed at each end of a long trace. */
const shownGroups = 200;

/** Lines of `=== Trace details ===`: averages over groups of `avgRuns` queries; a last group that is not full is left out. */
export function traceLines(times: QueryTimes, avgRuns: number): string[] {
  const lines = ['', '=== Trace details ===', `Trace averages of ${avgRuns} runs:`];
  const size = times.compute.length;
  const shown = shownGroups * avgRuns;
  let group: number[] = [];
  for (let index = 0; index < size; ++index) {
    if (size > 2 * shown && index === shown) {
      lines.push(`... Omitting ${size - 2 * shown} lines`);
      // One query early, as in trtexec: the last one then falls out.
      index = size - shown - 1;
    }
    group.push(index);
    if (group.length < avgRuns) continue;
    lines.push(averageLine(times, group));
    group = [];
  }
  return lines;
}

function averageLine({ enqueue, h2d, compute, d2h }: QueryTimes, group: readonly number[]): string {
  const sum = (values: Float32Array): number => group.reduce((total, index) => f(total + values[index]!), 0);
  const [inputs, computes, outputs] = [sum(h2d), sum(compute), sum(d2h)];
  const average = (total: number): string => `${formatNumber(f(total / group.length))} ms`;
  const latency = f(f(inputs + computes) + outputs);
  return (
    `Average on ${group.length} runs - GPU latency: ${average(computes)} - Host latency: ${average(latency)} ` +
    `(enqueue ${average(sum(enqueue))})`
  );
}
