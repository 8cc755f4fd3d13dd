import type { OptimizationProfile } from '../../../backends/tensorrt/build-options.js';
import type { TrtexecBuildOptions } from '../backend.js';
import type { Run } from './run.js';

/** The settings in the words of the library's build options. */
export function buildOptions(
  { args, settings, backend }: Run,
  profiles: readonly OptimizationProfile[],
): TrtexecBuildOptions {
  const { build } = settings;
  const workspace = build.memoryPools.get('workspace');
  const level = args.integer('--builderOptimizationLevel');
  return {
    profiles,
    profilingVerbosity: build.profilingVerbosity,
    ...(workspace === undefined ? {} : { workspaceBytes: workspace }),
    ...(level < 0 ? {} : { optimizationLevel: level }),
    ...(build.refit ? { refit: true } : {}),
    ...(build.stripWeights ? { stripWeights: true } : {}),
    ...(build.versionCompatible ? { versionCompatible: true } : {}),
    ...(backend.stronglyTyped ? {} : { fp16: build.precision.fp16, int8: build.precision.int8 }),
  };
}
