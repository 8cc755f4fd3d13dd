import { CalibrtError } from '../../errors.js';
import type { ContextOptions, EngineDescription } from './engine-options.js';

/**
 * Checks what contexts and timed runs have in common.
 *
 * @throws CalibrtError `ERR_USAGE` for an optimization profile that the engine does not have, and for a CUDA graph with times by layer,
 *   which cannot be told apart in a replayed graph.
 */
export function checkRunOptions(
  { profiles }: Pick<EngineDescription, 'profiles'>,
  { profile = 0, cudaGraph, profileLayers }: Pick<ContextOptions, 'profile' | 'cudaGraph' | 'profileLayers'>,
): void {
  if (!Number.isInteger(profile) || profile < 0 || profile >= profiles) {
    const known = profiles === 1 ? 'profile 0 alone' : `profiles 0 to ${profiles - 1}`;
    throw new CalibrtError('ERR_USAGE', `the engine has ${known}: there is no optimization profile ${profile}`);
  }
  if (cudaGraph && profileLayers) {
    throw new CalibrtError('ERR_USAGE', 'cudaGraph and profileLayers exclude each other: leave one of them out');
  }
}
