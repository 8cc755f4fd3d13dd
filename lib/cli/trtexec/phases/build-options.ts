import type { BuildDetails } from '../../../backends/tensorrt/build-details.js';
import type { OptimizationProfile } from '../../../backends/tensorrt/build-options.js';
import type { TrtexecBuildOptions } from '../backend.js';
import type { LayerAssignment, TensorFormatSpec } from '../options/index.js';
import { libraryType, memoryPools, previewFeatures, tacticSources, tilingLevels } from './library-names.js';
import type { Run } from './run.js';

type Flags = NonNullable<BuildDetails['flags']>;
type ParserFlags = NonNullable<BuildDetails['parserFlags']>;

/** Builder flags that a switch of trtexec sets. */
const flagSwitches: readonly (readonly [string, keyof Flags])[] = [
  ['--directIO', 'directIo'],
  ['--excludeLeanRuntime', 'excludeLeanRuntime'],
  ['--errorOnTimingCacheMiss', 'errorOnTimingCacheMiss'],
  ['--noCompilationCache', 'disableCompilationCache'],
  ['--allowWeightStreaming', 'weightStreaming'],
  ['--monitorMemory', 'monitorMemory'],
  ['--distributiveIndependence', 'distributiveIndependence'],
  ['--allowGPUFallback', 'gpuFallback'],
  ['--restricted', 'safetyScope'],
];

const parserSwitches: readonly (readonly [string, keyof ParserFlags, boolean])[] = [
  ['--pluginInstanceNorm', 'nativeInstanceNorm', false],
  ['--enablePluginOverride', 'enablePluginOverride', true],
  ['--uint8AsymmetricQuantizationDLA', 'uint8AsymmetricQuantizationDla', true],
  ['--reportCapabilityDLA', 'reportCapabilityDla', true],
  ['--adjustForDLA', 'adjustForDla', true],
];

/** The settings in the words of `buildEngine`; types that go into the model are not among them. */
export function buildOptions(run: Run, profiles: readonly OptimizationProfile[]): TrtexecBuildOptions {
  const { args, settings, backend } = run;
  const { build, dlaCore } = settings;
  const { network } = build;
  // trtexec's -1 leaves the choice to the library.
  const number = (flag: string): number | undefined => {
    const value = args.integer(flag);
    return value < 0 ? undefined : value;
  };
  return definedOnly({
    device: settings.device,
    profiles,
    flags: builderFlags(run),
    stronglyTyped: backend.stronglyTyped ? undefined : build.precision.stronglyTyped,
    precisionConstraints: network.precisionConstraints === 'none' ? undefined : network.precisionConstraints,
    memoryPools: named(build.memoryPools, memoryPools),
    optimizationLevel: number('--builderOptimizationLevel'),
    avgTimingIterations: args.has('--avgTiming') ? build.avgTiming : undefined,
    maxTactics: number('--maxTactics'),
    maxAuxStreams: number('--maxAuxStreams'),
    tilingLevel: args.has('--tilingOptimizationLevel')
      ? tilingLevels[args.integer('--tilingOptimizationLevel')]
      : undefined,
    l2LimitForTiling: number('--l2LimitForTiling'),
    profilingVerbosity: build.profilingVerbosity,
    hardwareCompatibility: build.hardwareCompatibility === 'none' ? undefined : build.hardwareCompatibility,
    runtimePlatform: build.runtimePlatform === 'SameAsBuild' ? undefined : ('windowsAmd64' as const),
    buildRoute: args.has('--setBuildRoute') ? args.text('--setBuildRoute') : undefined,
    tacticSources: named(build.tacticSources, tacticSources),
    previewFeatures: named(build.previewFeatures, previewFeatures),
    parserFlags: Object.fromEntries(
      parserSwitches.filter(([flag]) => args.has(flag)).map(([, name, on]) => [name, on]),
    ),
    dlaCore: dlaCore < 0 ? undefined : dlaCore,
    // Without constraints the builder ignores them, and so does trtexec.
    layerPrecisions: network.precisionConstraints === 'none' ? [] : network.layerPrecisions.map(inLibraryWords),
    layerOutputTypes: network.precisionConstraints === 'none' ? [] : network.layerOutputTypes.map(inLibraryWords),
    layerDevices: network.layerDevices.map(inLibraryWords),
    inputFormats: network.inputFormats.map(format),
    outputFormats: network.outputFormats.map(format),
    debugTensors: network.debugTensors,
    decomposableAttentions: network.decomposableAttentions,
    debugUnfusedTensors: args.has('--markUnfusedTensorsAsDebugTensors') ? true : undefined,
    staticPlugins: settings.staticPlugins,
    plugins: settings.dynamicPlugins,
    serializedPlugins: settings.setPluginsToSerialize,
  });
}

function builderFlags({ args, settings, backend }: Run): Flags {
  const { precision, ...build } = settings.build;
  const onDla = settings.dlaCore >= 0;
  const on: Flags = {
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
          preferPrecisionConstraints: onDla,
        }),
    ...(onDla && !args.has('--allowGPUFallback') ? { directIo: true } : {}),
  };
  const set = Object.fromEntries(Object.entries(on).filter(([, isOn]) => isOn));
  return precision.tf32 ? set : { ...set, tf32: false };
}

function inLibraryWords({ pattern, values }: LayerAssignment): LayerAssignment {
  return { pattern, values: values.map(libraryType) };
}

function format({ type, layouts }: TensorFormatSpec): { readonly type?: string; readonly layouts: readonly string[] } {
  return { ...(type === undefined ? {} : { type: libraryType(type) }), layouts };
}

/** The entries under the library's names; what has none there is left out. */
function named<V, N extends string>(
  given: ReadonlyMap<string, V>,
  names: Readonly<Record<string, N>>,
): Partial<Record<N, V>> {
  const entries = [...given].flatMap(([name, value]) => (names[name] === undefined ? [] : [[names[name], value]]));
  return Object.fromEntries(entries) as Partial<Record<N, V>>;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function definedOnly<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
