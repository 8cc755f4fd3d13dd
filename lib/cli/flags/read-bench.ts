import { CalibrtError } from '../../errors.js';
import type { BenchmarkOptions } from '../../pipeline/bench/options.js';
import type { FlagValues } from '../command.js';
import { parseNumbers } from '../parse.js';
import { defined, readSampleFlags } from './read-samples.js';

/** What the flags of `bench` say, as the library's options; the models and what they are timed in apart. */
export function readBenchFlags(flags: FlagValues): BenchmarkOptions {
  const percentile = flags['percentile'];
  const names = ['rounds', 'iterations', 'baseline', 'threads', 'spinning', 'streams'] as const;
  const more = ['cudaGraph', 'transfers', 'spinWait', 'device', 'library'] as const;
  return defined<BenchmarkOptions>({
    ...Object.fromEntries([...names, ...more].map((name) => [name, flags[name]])),
    warmUpMs: flags['warmUp'],
    durationSeconds: flags['duration'],
    percentiles: percentile === undefined ? undefined : parseNumbers('--percentile', String(percentile)),
    ...readSampleFlags(flags),
  });
}

/**
 * Checks a list of words.
 *
 * @throws CalibrtError `ERR_USAGE` for one that is none of `known`.
 */
export function readChoices<T extends string>(flag: string, given: readonly string[], known: readonly T[]): T[] {
  const wrong = given.find((each) => !known.includes(each as T));
  if (wrong === undefined) return [...new Set(given as T[])];
  throw new CalibrtError('ERR_USAGE', `${flag} takes ${known.join(', ')}, not \`${wrong}\``);
}
