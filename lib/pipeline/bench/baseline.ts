import { readFile } from 'node:fs/promises';
import { compareRounds } from '../../bench/comparison.js';
import { CalibrtError } from '../../errors.js';
import type { BaselineComparison, BenchmarkReport } from './report.js';

/** What is used of a saved run. */
type Saved = Pick<BenchmarkReport, 'label' | 'model' | 'backend' | 'device' | 'rounds' | 'conditions'>;

/** What always differs, or does not matter. */
const passing = new Set(['clockMhz', 'loadAverage', 'memoryMb', 'date']);

/**
 * Reads the JSON of an earlier run.
 *
 * @throws CalibrtError `ERR_USAGE` for a file that is not there, or holds no such run.
 */
export async function readBaseline(path: string): Promise<readonly Saved[]> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (!Array.isArray(parsed) || parsed.length === 0 || !parsed.every(isSaved)) throw unreadable(path);
  return parsed;
}

/**
 * Compares a run with the one of the same label; where there is one of each, whatever they are called.
 *
 * @returns `undefined` where the earlier run has nothing like it.
 */
export function compareToBaseline(
  now: BenchmarkReport,
  saved: readonly Saved[],
  alone: boolean,
): BaselineComparison | undefined {
  const then = saved.find(({ label }) => label === now.label) ?? (alone && saved.length === 1 ? saved[0] : undefined);
  if (then === undefined) return undefined;
  // A saved run has the rounds' medians alone, so the other one is taken by its own: each round counts once.
  const rounds = ({ rounds }: Saved): Float32Array[] =>
    rounds.filter(({ queries }) => queries > 0).map(({ medianMs }) => Float32Array.of(medianMs));
  const compared = compareRounds(
    { label: then.label, rounds: rounds(then) },
    { label: now.label, rounds: rounds(now) },
    false,
  );
  return { ...compared, differences: differences(then, now) };
}

function differences(then: Saved, now: Saved): string[] {
  const told = (saved: Saved): Record<string, unknown> => ({
    backend: saved.backend,
    device: saved.device,
    ...saved.conditions,
  });
  const [before, after] = [told(then), told(now)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !passing.has(key) && JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${key} ${text(before[key])} then, ${text(after[key])} now`);
}

function text(value: unknown): string {
  return value === undefined ? 'unknown' : typeof value === 'string' ? value : JSON.stringify(value);
}

function isSaved(entry: unknown): entry is Saved {
  const { label, rounds, conditions } = (entry ?? {}) as Partial<Saved>;
  return typeof label === 'string' && typeof conditions === 'object' && Array.isArray(rounds) && rounds.every(isRound);
}

function isRound(round: Partial<Saved['rounds'][number]> | null): boolean {
  return typeof round?.queries === 'number' && (round.queries === 0 || (round.medianMs ?? 0) > 0);
}

function unreadable(path: string, cause?: unknown): CalibrtError {
  return new CalibrtError(
    'ERR_USAGE',
    `--baseline ${path} is no saved run: give what \`calibrt bench --json\` printed`,
    {
      cause,
    },
  );
}
