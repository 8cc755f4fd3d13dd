import { readFile } from 'node:fs/promises';
import type { OptimizationProfile } from '../../../backends/tensorrt/build-options.js';
import { CalibrtError } from '../../../errors.js';
import type { ImplicitCalibration, Switches, TrtexecBuildOptions } from '../backend.js';
import type { Run } from './run.js';

/** Builder flags that a switch of trtexec sets. */
const flagSwitches = [
  ['--directIO', 'directIo'],
  ['--excludeLeanRuntime', 'excludeLeanRuntime'],
  ['--errorOnTimingCacheMiss', 'errorOnTimingCacheMiss'],
  ['--noCompilationCache', 'disableCompilationCache'],
  ['--allowWeightStreaming', 'weightStreaming'],
  ['--monitorMemory', 'monitorMemory'],
  ['--distributiveIndependence', 'distributiveIndependence'],
  ['--allowGPUFallback', 'gpuFallback'],
  ['--restricted', 'safetyScope'],
] as const;

const parserSwitches = [
  ['--pluginInstanceNorm', 'nativeInstanceNorm', false],
  ['--enablePluginOverride', 'enablePluginOverride', true],
  ['--uint8AsymmetricQuantizationDLA', 'uint8AsymmetricQuantizationDla', true],
  ['--reportCapabilityDLA', 'reportCapabilityDla', true],
  ['--adjustForDLA', 'adjustForDla', true],
] as const;

/** The settings as the library is asked. */
export function buildOptions(
  { args, settings, backend }: Run,
  profiles: readonly OptimizationProfile[],
): TrtexecBuildOptions {
  const { build, dlaCore } = settings;
  const { network } = build;
  // trtexec's -1 leaves the choice to the library.
  const number = (flag: string): number | undefined => {
    const value = args.integer(flag);
    return value < 0 ? undefined : value;
  };
  return definedOnly({
    profiles,
    flags: builderFlags({ args, settings, backend }),
    stronglyTyped: !backend.stronglyTyped && build.precision.stronglyTyped ? true : undefined,
    memoryPools: Object.fromEntries(build.memoryPools),
    optimizationLevel: number('--builderOptimizationLevel'),
    avgTimingIterations: args.has('--avgTiming') ? build.avgTiming : undefined,
    maxTactics: number('--maxTactics'),
    maxAuxStreams: number('--maxAuxStreams'),
    tilingLevel: args.has('--tilingOptimizationLevel') ? number('--tilingOptimizationLevel') : undefined,
    l2LimitForTiling: number('--l2LimitForTiling'),
    profilingVerbosity: build.profilingVerbosity,
    hardwareCompatibility: build.hardwareCompatibility === 'none' ? undefined : build.hardwareCompatibility,
    runtimePlatform: build.runtimePlatform === 'SameAsBuild' ? undefined : build.runtimePlatform,
    buildRoute: args.has('--setBuildRoute') ? args.text('--setBuildRoute') : undefined,
    tacticSources: Object.fromEntries(build.tacticSources),
    previewFeatures: Object.fromEntries(build.previewFeatures),
    parserFlags: Object.fromEntries(
      parserSwitches.filter(([flag]) => args.has(flag)).map(([, name, on]) => [name, on]),
    ),
    dlaCore: dlaCore < 0 ? undefined : dlaCore,
    layerPrecisions: network.precisionConstraints === 'none' ? [] : network.layerPrecisions,
    layerOutputTypes: network.precisionConstraints === 'none' ? [] : network.layerOutputTypes,
    layerDevices: network.layerDevices,
    inputFormats: network.inputFormats,
    outputFormats: network.outputFormats,
    debugTensors: network.debugTensors,
    decomposableAttentions: network.decomposableAttentions,
    debugUnfusedTensors: args.has('--markUnfusedTensorsAsDebugTensors'),
    staticPlugins: settings.staticPlugins,
    dynamicPlugins: settings.dynamicPlugins,
    serializedPlugins: settings.setPluginsToSerialize,
  });
}

function builderFlags({ args, settings, backend }: Pick<Run, 'args' | 'settings' | 'backend'>): Switches {
  const { build, dlaCore } = settings;
  const { precision, network } = build;
  const onDla = dlaCore >= 0;
  const on: Record<string, boolean> = {
    ...Object.fromEntries(flagSwitches.map(([flag, name]) => [name, args.has(flag)])),
    refit: build.refit,
    stripWeights: build.stripWeights,
    versionCompatible: build.versionCompatible,
    sparseWeights: build.sparsity !== 'disable',
    disableTimingCache: build.timingCache.mode === 'disable',
    ...(backend.stronglyTyped || precision.stronglyTyped
      ? {}
      : {
          fp16: precision.fp16 || (onDla && !precision.int8),
          bf16: precision.bf16,
          int8: precision.int8,
          fp8: precision.fp8,
          int4: precision.int4,
          obeyPrecisionConstraints: network.precisionConstraints === 'obey',
          preferPrecisionConstraints: network.precisionConstraints === 'prefer' || onDla,
        }),
  };
  if (onDla && !args.has('--allowGPUFallback')) on['directIo'] = true;
  const set = Object.fromEntries(Object.entries(on).filter(([, isOn]) => isOn));
  return precision.tf32 ? set : { ...set, tf32: false };
}

/**
 * Where the scales of an implicit INT8 build come from, on TensorRT 10.
 *
 * @throws CalibrtError `ERR_TABLE_INVALID` where `--calib` names no cache and there are no samples to make one from.
 */
export async function implicitCalibration({ settings, calibration }: Run): Promise<ImplicitCalibration | undefined> {
  const { build } = settings;
  if (!build.precision.int8) return undefined;
  const { samples, method } = calibration;
  const path = build.calibrationCache;
  if (path === undefined && samples === undefined) return { kind: 'placeholder' };
  const cache = path === undefined ? undefined : await readFile(path).catch(() => undefined);
  if (samples === undefined && cache === undefined) throw noCache(path!);
  const shapes = calibrationShapes(build);
  return { kind: 'calibrated', cache, samples, method, shapes };
}

/** The error for `--calib` without a cache, said wherever it comes up. */
export function noCache(path: string, cause?: unknown): CalibrtError {
  return new CalibrtError(
    'ERR_TABLE_INVALID',
    `--calib=${path} does not exist, and trtexec would calibrate on random data: give a cache, or samples with --data=PATH`,
    { cause },
  );
}

function calibrationShapes(build: Run['settings']['build']): Readonly<Record<string, readonly number[]>> | undefined {
  if (build.calibrationShapes.size > 0) return Object.fromEntries(build.calibrationShapes);
  const profile = build.profiles[build.calibrationProfile];
  if (build.calibrationProfile === 0 || profile === undefined) return undefined;
  return Object.fromEntries([...profile].map(([name, { opt }]) => [name, opt]));
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function definedOnly<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
