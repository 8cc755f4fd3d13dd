import { EQUIVALENCE_PERCENT, type Comparison } from '../../bench/comparison.js';
import type { BenchmarkReport } from '../../pipeline/bench/report.js';

/** What the comparison of two models says, and how sure it is. */
export function comparisonSentence(label: string, comparison: Comparison, reference = comparison.reference): string {
  const { ratio, ratioCi95: interval, significance } = comparison;
  if (interval === null) {
    return `${label}: ${times(ratio)} the time of ${reference}; too few rounds to say more`;
  }
  const [low, high] = interval;
  switch (significance) {
    case 'equivalent':
      return (
        `${label} is equivalent to ${reference} within ±${EQUIVALENCE_PERCENT} %: ${times(ratio)} its time ` +
        `(95 %: ${range(low, high)})`
      );
    case 'faster':
      return `${label} is ${times(1 / ratio)} as fast as ${reference} (95 %: ${range(1 / high, 1 / low)})`;
    case 'slower':
      return `${label} takes ${times(ratio)} as long as ${reference} (95 %: ${range(low, high)})`;
    case 'undecided':
      return (
        `${label}: ${times(ratio)} the time of ${reference} (95 %: ${range(low, high)}): ` +
        'this measurement does not tell them apart, nor that they are alike'
      );
  }
}

/** What is to be said of the models: how they compare, then what was remarkable. */
export function statements(reports: readonly BenchmarkReport[]): string[] {
  const compared = reports.flatMap(({ label, comparison, baseline }) => [
    ...(comparison === undefined ? [] : [comparisonSentence(label, comparison)]),
    ...(baseline === undefined ? [] : [comparisonSentence(label, baseline, 'the baseline')]),
  ]);
  const remarks = reports.flatMap(({ label, remarks, notes, baseline }) =>
    [...(baseline?.differences ?? []).map((each) => `not as in the baseline: ${each}`), ...remarks, ...notes].map(
      (remark) => `${label}: ${remark}`,
    ),
  );
  return [...compared, ...remarks];
}

/** Ends of an interval; near 1 a third digit tells on which side of it they are. */
function range(low: number, high: number): string {
  return [low, high].map((end) => end.toFixed(Math.abs(end - 1) < 0.1 ? 3 : 2)).join(' to ');
}

function times(ratio: number): string {
  return `${ratio.toFixed(2)} times`;
}
