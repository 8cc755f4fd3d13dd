import type { Verdict } from '../pipeline/verdicts/index.js';
import { escape } from './escape.js';

/** Verdicts of one kind that are listed one by one; more of them fold into one line. */
const MOST_OF_A_KIND = 3;

const order = { warning: 0, note: 1, good: 2 };

/** What a group of verdicts is about, by kind. */
const titles: Partial<Record<Verdict['code'], string>> = {
  'dead-tensor': 'tensors are zero on every sample',
  'constant-tensor': 'tensors never change',
  'saturated-tensor': 'tensors are clipped by the network itself',
  'one-sided-tensor': 'tensors are on one side of 0: symmetric INT8 leaves half of its steps unused',
  'outlier-tensor': 'tensors have outliers',
  'weight-outlier': 'weights have a channel far above the others',
};

/** Verdicts as a list, the warnings first; many of a kind as one line that opens. */
export function verdictList(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return '<p>Nothing out of the ordinary.</p>';
  const groups = new Map<string, Verdict[]>();
  for (const verdict of [...verdicts].sort((a, b) => order[a.level] - order[b.level])) {
    const group = groups.get(verdict.code);
    if (group) group.push(verdict);
    else groups.set(verdict.code, [verdict]);
  }
  return `<ul>\n${[...groups.values()].map(groupItem).join('\n')}\n</ul>`;
}

function groupItem(group: readonly Verdict[]): string {
  const items = group.map(({ level, subject, message }) => {
    return `<li class="${level}"><b>${escape(subject)}</b>: ${escape(message)}</li>`;
  });
  const [first] = group;
  const title = first && titles[first.code];
  if (group.length <= MOST_OF_A_KIND || first === undefined || title === undefined) return items.join('\n');
  const head = `<summary><b>${group.length}</b> ${escape(title)}</summary>`;
  return `<li class="${first.level}"><details>${head}<ul>\n${items.join('\n')}\n</ul></details></li>`;
}
