import { parse } from 'node:path';
import { checkOutputPaths, writeFileAtomic } from '../../files.js';
import type { BenchmarkResult } from '../../pipeline/bench/report.js';
import type { FlagValues } from '../command.js';
import { outputJson } from '../trtexec/exports/output.js';
import { profileJson } from '../trtexec/exports/profile.js';
import { timesJson } from '../trtexec/exports/times.js';

/** A file to write, for one model. */
export interface Export {
  readonly what: 'times' | 'profile' | 'output';
  readonly path: string;
  /** Which of the results. */
  readonly index: number;
}

/**
 * The files that were asked for: of several models, `FILE-1.json`, `FILE-2.json`, …
 *
 * @param read - The models and plans that are timed, and what else is read.
 * @throws CalibrtError `ERR_OUTPUT` where one cannot be written, `ERR_USAGE` where it is another or one that is read: before
 *   anything is timed.
 */
export async function checkExports(
  flags: FlagValues,
  models: number,
  read: readonly (string | undefined)[],
): Promise<Export[]> {
  const kinds = { times: 'exportTimes', profile: 'exportProfile', output: 'exportOutput' } as const;
  const exports = Object.entries(kinds).flatMap(([what, flag]): Export[] => {
    const path = flags[flag] as string | undefined;
    if (path === undefined) return [];
    return Array.from({ length: models }, (_, index) => ({
      what: what as Export['what'],
      path: models === 1 ? path : numbered(path, index + 1),
      index,
    }));
  });
  await checkOutputPaths(
    exports.map(({ path }) => path),
    [undefined, ...read],
  );
  return exports;
}

/** Writes them, in trtexec's JSON; resolves to their paths. */
export async function writeExports(exports: readonly Export[], results: readonly BenchmarkResult[]): Promise<string[]> {
  for (const { what, path, index } of exports) await writeFileAtomic(path, contentOf(what, results[index]!));
  return exports.map(({ path }) => path);
}

function contentOf(what: Export['what'], { trace, profile, outputs = {} }: BenchmarkResult): string {
  if (what === 'times') return timesJson(trace);
  return what === 'output' ? outputJson(outputs) : profileJson(profile?.times ?? [], profile?.iterations ?? 0);
}

function numbered(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return `${dir === '' ? '' : `${dir}/`}${name}-${number}${ext}`;
}
