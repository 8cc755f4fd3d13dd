import { join, resolve } from 'node:path';
import type { NativeBuildRequest, NativeCalibrationRequest, NativeSwitch, NativeTensorFormat } from '../../native.js';
import type { BuilderFlag, Switches, TensorFormat } from './build-details.js';
import type { BuildOptions } from './build-options.js';
import type { ServedCache } from './calibration-cache.js';
import { PercentileCalibrator, type NativeCalibrator } from './calibrators.js';

/**
 * The options in the words of the native surface.
 *
 * @param served - What the calibrator serves; absent for a build without one.
 */
export function toNativeRequest(
  model: string | Uint8Array,
  targets: readonly string[],
  options: BuildOptions,
  served?: ServedCache,
): NativeBuildRequest {
  const { externalDataFolder, profiles = [], calibrator, timingCache, workspaceBytes, memoryPools = {} } = options;
  const flags = builderFlags(options);
  const pools = { ...(workspaceBytes === undefined ? {} : { workspace: workspaceBytes }), ...memoryPools };
  // The parser takes the folder from the path of a file that need not exist.
  const folder = externalDataFolder === undefined ? '' : join(resolve(externalDataFolder), 'model.onnx');
  return {
    modelPath: typeof model === 'string' ? model : folder,
    ...(typeof model === 'string' ? {} : { modelBytes: model }),
    device: options.device ?? 0,
    targets,
    profiles: profiles.map((profile) => Object.entries(profile).map(([input, range]) => ({ input, ...range }))),
    flags: namesOf(flags, true),
    clearedFlags: namesOf(flags, false),
    ...(options.stronglyTyped === undefined ? {} : { stronglyTyped: options.stronglyTyped }),
    ...(calibrator === undefined ? {} : { calibration: calibrationRequest(calibrator, options, served) }),
    networkName: options.networkName ?? '',
    placeholderRanges: options.placeholderRanges ?? false,
    memoryPools: Object.entries(pools).map(([name, bytes]) => ({ name, bytes })),
    ...numbers(options),
    tilingLevel: options.tilingLevel ?? '',
    profilingVerbosity: options.profilingVerbosity ?? '',
    hardwareCompatibility: options.hardwareCompatibility ?? '',
    runtimePlatform: options.runtimePlatform ?? '',
    buildRoute: options.buildRoute ?? '',
    tacticSources: switches(options.tacticSources),
    previewFeatures: switches(options.previewFeatures),
    parserFlags: switches(options.parserFlags),
    layerPrecisions: options.layerPrecisions ?? [],
    layerOutputTypes: options.layerOutputTypes ?? [],
    layerDevices: options.layerDevices ?? [],
    inputFormats: (options.inputFormats ?? []).map(toFormat),
    outputFormats: (options.outputFormats ?? []).map(toFormat),
    debugTensors: options.debugTensors ?? [],
    decomposableAttentions: options.decomposableAttentions ?? [],
    debugUnfusedTensors: options.debugUnfusedTensors ?? false,
    plugins: options.plugins ?? [],
    staticPlugins: options.staticPlugins ?? [],
    serializedPlugins: options.serializedPlugins ?? [],
    ...(timingCache === undefined ? {} : { timingCache }),
    verbose: options.onLog !== undefined && options.logLevel === 'verbose',
  };
}

function builderFlags(options: BuildOptions): Switches<BuilderFlag> {
  const { fp16, bf16, int8, refit, stripWeights, versionCompatible, sparsity, tf32, precisionConstraints } = options;
  const constraints = precisionConstraints === 'none' ? undefined : precisionConstraints;
  return {
    ...whereTrue({ fp16, bf16, int8, refit, stripWeights, versionCompatible, sparseWeights: sparsity }),
    ...(tf32 === false ? { tf32 } : {}),
    ...(constraints === undefined ? {} : { [`${constraints}PrecisionConstraints`]: true }),
    ...options.flags,
  };
}

function calibrationRequest(
  calibrator: NativeCalibrator,
  { calibrationShapes = {} }: BuildOptions,
  served?: ServedCache,
): NativeCalibrationRequest {
  const { percentile = 99.99, regressionCutoff = 1 } =
    calibrator instanceof PercentileCalibrator ? calibrator.options : {};
  return {
    algorithm: calibrator.algorithm,
    quantile: percentile / 100,
    regressionCutoff,
    profile: Object.entries(calibrationShapes).map(([input, shape]) => ({ input, min: shape, opt: shape, max: shape })),
    ...(served?.cache === undefined ? {} : { cache: served.cache }),
    ...(served?.histograms === undefined ? {} : { histogramCache: served.histograms }),
    hasBatches: calibrator.loader !== undefined,
  };
}

function numbers(options: BuildOptions): Partial<NativeBuildRequest> {
  const { optimizationLevel, avgTimingIterations, maxTactics, maxAuxStreams, l2LimitForTiling, dlaCore } = options;
  const given = { optimizationLevel, avgTimingIterations, maxTactics, maxAuxStreams, l2LimitForTiling, dlaCore };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function whereTrue(values: Readonly<Record<string, boolean | undefined>>): Switches<BuilderFlag> {
  return Object.fromEntries(Object.entries(values).filter(([, on]) => on === true));
}

function namesOf(given: Switches<string>, wanted: boolean): string[] {
  return Object.entries(given).flatMap(([name, on]) => (on === wanted ? [name] : []));
}

function switches(given: Switches<string> = {}): NativeSwitch[] {
  return Object.entries(given).flatMap(([name, on]) => (on === undefined ? [] : [{ name, on }]));
}

function toFormat({ type = '', layouts = [] }: TensorFormat): NativeTensorFormat {
  return { type, layouts };
}
