import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { compareRounds } from '../../bench/comparison.js';
import { CalibrtError } from '../../errors.js';
import type { BaselineComparison, BenchmarkReport } from './report.js';

/** What tells one model of a run from another. */
type Identity = Pick<BenchmarkReport, 'label' | 'model' | 'backend' | 'device' | 'precision' | 'shapes'>;

/** What is used of a saved run. Those of older versions lack some of it. */
type Saved = Partial<Omit<Identity, 'label'>> & Pick<BenchmarkReport, 'label' | 'rounds' | 'conditions'>;

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
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw unreadable(path, isMissing ? 'is not there' : 'is no saved run', cause);
  }
  if (!Array.isArray(parsed) || parsed.length === 0 || !parsed.every(isSaved))
    throw unreadable(path, 'is no saved run');
  return parsed;
}

/**
 * Finds the saved run of a model: that of the same label, else of the same file name and shapes, for a label says no more than what tells
 * a model from the others of its run. Where there is one of each, they are taken whatever they are called.
 *
 * @returns `undefined` where the earlier run has nothing like it.
 */
export function findSaved(now: Identity, saved: readonly Saved[], alone: boolean): Saved | undefined {
  const labelled = saved.find(({ label }) => label === now.label);
  if (labelled !== undefined) return labelled;
  const alike = saved.filter((then) => fileOf(then) === fileOf(now) && shapesOf(then) === shapesOf(now));
  const same = alike.find(({ backend, precision }) => backend === now.backend && precision === now.precision);
  return same ?? (alike.length === 1 ? alike[0] : undefined) ?? (alone && saved.length === 1 ? saved[0] : undefined);
}

/** What to tell where {@link findSaved} finds nothing. */
export function nothingSaved(now: Identity, saved: readonly Saved[], path: string): string {
  const labels = saved.map(({ label }) => label).join(', ');
  return `${now.label} is compared with no earlier run: --baseline ${path} has ${labels}; give the same model and --shapes as then`;
}

/** Compares a run with an earlier one. */
export function compareToBaseline(now: BenchmarkReport, then: Saved): BaselineComparison {
  // A saved run has the rounds' medians alone, so the other one is taken by its own: each round counts once.
  const rounds = ({ rounds }: Pick<Saved, 'rounds'>): Float32Array[] =>
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
    // The folder may be another; the precision is what a new build of one file may have changed.
    model: fileOf(saved),
    shapes: shapesOf(saved),
    precision: saved.precision,
    backend: saved.backend,
    device: saved.device,
    ...saved.conditions,
  });
  const [before, after] = [told(then), told(now)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !passing.has(key) && JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${key} ${text(before[key])} then, ${text(after[key])} now`);
}

function fileOf({ model }: Pick<Saved, 'model'>): string | undefined {
  return model === undefined ? undefined : basename(model);
}

/** `image:1x3x224x224`, whatever the order of the inputs. */
function shapesOf({ shapes }: Pick<Saved, 'shapes'>): string | undefined {
  if (shapes === undefined) return undefined;
  const inputs = Object.entries(shapes).map(([name, dims]) => `${name}:${dims.join('x')}`);
  return inputs.sort().join(',');
}

function text(value: unknown): string {
  return value === undefined ? 'unknown' : typeof value === 'string' ? value : JSON.stringify(value);
}

function isSaved(entry: unknown): entry is Saved {
  const { label, model, shapes, rounds, conditions } = (entry ?? {}) as Partial<Record<keyof Saved, unknown>>;
  const isDescribed = typeof label === 'string' && typeof conditions === 'object';
  const hasModel = model === undefined || typeof model === 'string';
  return isDescribed && hasModel && areShapes(shapes) && Array.isArray(rounds) && rounds.every(isRound);
}

function areShapes(shapes: unknown): boolean {
  if (shapes === undefined) return true;
  return typeof shapes === 'object' && shapes !== null && Object.values(shapes).every((dims) => Array.isArray(dims));
}

function isRound(round: Partial<Saved['rounds'][number]> | null): boolean {
  return typeof round?.queries === 'number' && (round.queries === 0 || (round.medianMs ?? 0) > 0);
}

function unreadable(path: string, what: string, cause?: unknown): CalibrtError {
  return new CalibrtError('ERR_USAGE', `--baseline ${path} ${what}: give what \`calibrt bench --json\` printed`, {
    cause,
  });
}
