import type { ActivationOptions, MethodOptions } from '../../pipeline/calibration/ranges.js';
import type { ScopeOptions } from '../../pipeline/placement-options.js';
import type { PrepareOptions } from '../../pipeline/prepare.js';
import type { FlagValues } from '../command.js';
import { parseList, parseShapes } from '../parse.js';
import { defined } from './read-samples.js';

/** What the method flags say, as the library's options. */
export function readMethodFlags(
  flags: FlagValues,
): MethodOptions & ActivationOptions & { threads?: number; resume?: string } {
  return defined<MethodOptions & ActivationOptions & { threads: number; resume: string }>({
    method: flags['method'],
    percentile: flags['percentile'],
    kldVariant: flags['kldVariant'],
    tune: flags['tune'],
    activations: flags['activations'],
    threads: flags['threads'],
    resume: flags['resume'],
  });
}

/** What the placement flags say, as the library's options. */
export function readPlacementFlags(flags: FlagValues): ScopeOptions & PrepareOptions {
  const list = (key: string, flag: string): string[] | undefined =>
    flags[key] === undefined ? undefined : parseList(flag, String(flags[key]));
  return defined<ScopeOptions & PrepareOptions>({
    form: flags['for'],
    weights: flags['perTensor'] === true ? 'per-tensor' : undefined,
    include: flags['include'],
    exclude: flags['exclude'],
    opTypes: list('opTypes', '--op-types'),
    inputs: list('inputs', '--inputs'),
    outputs: list('outputs', '--outputs'),
    inputShapes:
      flags['inputShapes'] === undefined ? undefined : parseShapes('--input-shapes', String(flags['inputShapes'])),
  });
}
