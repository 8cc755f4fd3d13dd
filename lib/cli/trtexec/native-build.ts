import { buildEngine } from '../../backends/tensorrt/build.js';
import type { TensorRtFlavour } from '../../native.js';
import type { LibraryLog, TrtexecBuildOptions, TrtexecBuildResult } from './backend.js';

/** Builds with the library of one flavour. */
export async function nativeBuild(
  model: string,
  options: TrtexecBuildOptions,
  library: { readonly flavour: TensorRtFlavour; readonly logLevel: 'info' | 'verbose' },
  onLog: LibraryLog,
): Promise<TrtexecBuildResult> {
  const { signal, onProgress, profiles, flags, memoryPools, optimizationLevel, profilingVerbosity, timingCache } =
    options;
  const on = (flag: 'refit' | 'stripWeights' | 'versionCompatible' | 'fp16' | 'int8'): object =>
    flags[flag] === undefined ? {} : { [flag]: flags[flag] };
  const built = await buildEngine(model, {
    ...library,
    onLog,
    profiles,
    profilingVerbosity,
    ...on('refit'),
    ...on('stripWeights'),
    ...on('versionCompatible'),
    ...on('fp16'),
    ...on('int8'),
    ...(memoryPools['workspace'] === undefined ? {} : { workspaceBytes: memoryPools['workspace'] }),
    ...(optimizationLevel === undefined ? {} : { optimizationLevel }),
    ...(timingCache === undefined ? {} : { timingCache }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  return {
    plan: built.plan,
    buildSeconds: built.timings.build / 1000,
    timingCache: built.timingCache,
    calibrationCache: undefined,
  };
}
