import type { ScopeOptions } from '../../pipeline/placement-options.js';
import type { MethodOptions } from '../../pipeline/ranges.js';
import type { FlagValues } from '../command.js';
import { parseList } from '../parse.js';
import { defined } from './read-samples.js';

/** What the method flags say, as the library's options. */
export function readMethodFlags(flags: FlagValues): MethodOptions & { threads?: number } {
  return defined<MethodOptions & { threads: number }>({
    method: flags['method'],
    percentile: flags['percentile'],
    threads: flags['threads'],
  });
}

/** What the placement flags say, as the library's options. */
export function readPlacementFlags(flags: FlagValues): ScopeOptions {
  return defined<ScopeOptions>({
    include: flags['include'],
    exclude: flags['exclude'],
    opTypes: flags['opTypes'] === undefined ? undefined : parseList('--op-types', String(flags['opTypes'])),
  });
}
