import type { TrtexecArguments } from '../arguments.js';
import { parseSize } from '../numbers.js';
import { ArgumentProblem } from '../problems.js';
import { readNetworkSettings, type NetworkSettings } from './network.js';
import { readCalibrationShapes, readProfiles, type ShapeProfile } from './profiles.js';
import { oneOf, splitList, splitNameAndValue } from './specs.js';

const pools = ['workspace', 'dlaSRAM', 'dlaLocalDRAM', 'dlaGlobalDRAM', 'tacticSharedMem'] as const;
/** A pool of memory that the builder may use. */
export type MemoryPool = (typeof pools)[number];

/** Which types may be chosen. */
export interface PrecisionSettings {
  readonly fp16: boolean;
  readonly bf16: boolean;
  readonly int8: boolean;
  readonly fp8: boolean;
  readonly int4: boolean;
  readonly best: boolean;
  readonly stronglyTyped: boolean;
  readonly tf32: boolean;
}

/** What the build flags say. */
export interface BuildSettings {
  readonly network: NetworkSettings;
  readonly profiles: readonly ShapeProfile[];
  readonly calibrationShapes: ReadonlyMap<string, readonly number[]>;
  readonly calibrationProfile: number;
  readonly precision: PrecisionSettings;
  /** Cache file of `--calib`. */
  readonly calibrationCache: string | undefined;
  /** Bytes. */
  readonly memoryPools: ReadonlyMap<MemoryPool, number>;
  readonly avgTiming: number;
  readonly refit: boolean;
  readonly stripWeights: boolean;
  readonly versionCompatible: boolean;
  readonly sparsity: 'disable' | 'enable' | 'force';
  readonly skipInference: boolean;
  readonly saveEngine: string | undefined;
  readonly loadEngine: string | undefined;
  readonly profilingVerbosity: 'layer_names_only' | 'detailed' | 'none';
  /** Switched on or off, by upper-case name. */
  readonly tacticSources: ReadonlyMap<string, boolean>;
  readonly timingCache: { readonly mode: 'local' | 'global' | 'disable'; readonly file: string };
  readonly previewFeatures: ReadonlyMap<string, boolean>;
  readonly hardwareCompatibility: 'none' | 'ampere+' | 'sameComputeCapability';
  readonly runtimePlatform: 'SameAsBuild' | 'WindowsAMD64';
  readonly useRuntime: 'full' | 'lean' | 'dispatch';
  readonly tempfileControls: { readonly in_memory: boolean; readonly temporary: boolean };
}

/**
 * Reads the build flags.
 *
 * @throws ArgumentProblem where a value is wrong or flags contradict each other.
 */
export function readBuildSettings(args: TrtexecArguments, warn: (text: string) => void): BuildSettings {
  const profiles = readProfiles(args, warn);
  const calibrationProfile = Math.trunc(parseSize('--calibProfile', args.text('--calibProfile', '0'), 'B'));
  if (calibrationProfile >= profiles.length) {
    throw new ArgumentProblem("--calibProfile shouldn't greater than the size of optimization profile.");
  }
  const useRuntime = oneOf('--useRuntime', args.text('--useRuntime', 'full') || 'full', ['full', 'lean', 'dispatch']);
  const loadEngine = args.has('--loadEngine') ? args.text('--loadEngine') : undefined;
  const saveEngine = args.has('--saveEngine') ? args.text('--saveEngine') : undefined;
  if (loadEngine !== undefined && saveEngine !== undefined) {
    throw new ArgumentProblem('Incompatible load and save engine options selected');
  }
  if (useRuntime !== 'full' && loadEngine === undefined) {
    throw new ArgumentProblem('Building a TensorRT engine requires --useRuntime=full.');
  }
  const runtimePlatform = word(args, '--runtimePlatform', ['SameAsBuild', 'WindowsAMD64']);
  const settings: BuildSettings = {
    network: readNetworkSettings(args, warn),
    profiles,
    calibrationShapes: readCalibrationShapes(args),
    calibrationProfile,
    precision: readPrecision(args, warn),
    calibrationCache: args.has('--calib') ? args.text('--calib') : undefined,
    memoryPools: readMemoryPools(args),
    avgTiming: args.integer('--avgTiming'),
    refit: args.has('--refit') || args.has('--stripAllWeights'),
    stripWeights: ['--stripWeights', '--weightless', '--stripAllWeights'].some((name) => args.has(name)),
    versionCompatible: args.has('--versionCompatible') || useRuntime !== 'full',
    sparsity: word(args, '--sparsity', ['disable', 'enable', 'force']),
    skipInference: args.has('--skipInference') || runtimePlatform !== 'SameAsBuild',
    saveEngine,
    loadEngine,
    profilingVerbosity: readVerbosity(args, warn),
    tacticSources: readSigned(args, '--tacticSources', tacticSources, true),
    timingCache: readTimingCache(args),
    previewFeatures: readSigned(args, '--preview', previewFeatures, false),
    hardwareCompatibility: word(
      args,
      '--hardwareCompatibilityLevel',
      ['none', 'ampere+', 'sameComputeCapability'],
      true,
    ),
    runtimePlatform,
    useRuntime,
    tempfileControls: readTempfileControls(args),
  };
  if (
    args.has('--pluginInstanceNorm') &&
    (settings.versionCompatible || settings.hardwareCompatibility === 'ampere+')
  ) {
    throw new ArgumentProblem(
      'Plugin InstanceNorm cannot be used with version compatible or hardware compatible engines!',
    );
  }
  return settings;
}

function readPrecision(args: TrtexecArguments, warn: (text: string) => void): PrecisionSettings {
  const [best, stronglyTyped] = [args.has('--best'), args.has('--stronglyTyped')];
  if (best && stronglyTyped) {
    throw new ArgumentProblem(
      '--best and --stronglyTyped cannot be both set: one lets the builder choose types, the other forbids it.',
    );
  }
  const asked = (name: string): boolean => {
    if (!args.has(`--${name}`)) return best && ['fp16', 'bf16', 'int8'].includes(name);
    if (stronglyTyped)
      warn(`Invalid usage, setting ${name} mode is not allowed if graph is strongly typed. It is switched off.`);
    return !stronglyTyped;
  };
  const precision = {
    fp16: asked('fp16'),
    bf16: asked('bf16'),
    int8: asked('int8'),
    fp8: asked('fp8'),
    int4: asked('int4'),
  };
  if (precision.fp8 && precision.int8) {
    throw new ArgumentProblem("Invalid usage, fp8 and int8 aren't allowed to be enabled together.");
  }
  return { ...precision, best, stronglyTyped, tf32: !args.has('--noTF32') };
}

function readMemoryPools(args: TrtexecArguments): Map<MemoryPool, number> {
  const sizes = new Map<MemoryPool, number>();
  for (const entry of splitList(args.text('--memPoolSize'), ',')) {
    const [name, size] = splitNameAndValue(entry);
    const bytes = parseSize('--memPoolSize', size, 'M');
    if (bytes < 0) throw new ArgumentProblem(`Negative memory pool size: ${size}`);
    const pool = pools.find((each) => each === name);
    if (pool === undefined) throw new ArgumentProblem(`Unknown memory pool: ${name}`);
    sizes.set(pool, Math.floor(bytes));
  }
  return sizes;
}

function readVerbosity(args: TrtexecArguments, warn: (text: string) => void): BuildSettings['profilingVerbosity'] {
  const text = args.text('--profilingVerbosity', 'layer_names_only');
  const old = { default: 'layer_names_only', verbose: 'detailed' } as const;
  if (text !== 'default' && text !== 'verbose') {
    return oneOf('--profilingVerbosity', text, ['layer_names_only', 'detailed', 'none']);
  }
  warn(`--profilingVerbosity=${text} has been deprecated by --profilingVerbosity=${old[text]}`);
  return old[text];
}

const tacticSources = ['CUBLAS', 'CUBLAS_LT', 'CUBLASLT', 'CUDNN', 'EDGE_MASK_CONVOLUTIONS', 'JIT_CONVOLUTIONS'];
const previewFeatures = ['profileSharing0806', 'aliasedPluginIO1003', 'runtimeActivationResize', 'multiDeviceRuntime'];

/** `+X,-Y`; the sign is mandatory. */
function readSigned(
  args: TrtexecArguments,
  flag: string,
  known: readonly string[],
  anyCase: boolean,
): Map<string, boolean> {
  const states = new Map<string, boolean>();
  for (const entry of splitList(args.text(flag), ',')) {
    const sign = entry[0] ?? '';
    if (sign !== '+' && sign !== '-') {
      throw new ArgumentProblem(`${flag}: "${entry}" must begin with + or -, which switch it on or off.`);
    }
    const name = oneOf(flag, entry.slice(1), known, anyCase).replace('CUBLASLT', 'CUBLAS_LT');
    if ((states.get(name) ?? sign === '+') !== (sign === '+')) {
      throw new ArgumentProblem(`Cannot enable and disable ${name}`);
    }
    states.set(name, sign === '+');
  }
  return states;
}

function readTimingCache(args: TrtexecArguments): BuildSettings['timingCache'] {
  const file = args.text('--timingCacheFile');
  return { mode: args.has('--noBuilderCache') ? 'disable' : file === '' ? 'local' : 'global', file };
}

function readTempfileControls(args: TrtexecArguments): BuildSettings['tempfileControls'] {
  const controls = { in_memory: true, temporary: true };
  for (const entry of splitList(args.text('--tempfileControls'), ',')) {
    const [name, value] = splitNameAndValue(entry);
    if (value !== 'allow' && value !== 'deny') {
      throw new ArgumentProblem('--tempfileControls value should be `deny` or `allow`');
    }
    if (name !== 'in_memory' && name !== 'temporary')
      throw new ArgumentProblem(`Unknown --tempfileControls key ${name}`);
    controls[name] = value === 'allow';
  }
  return controls;
}

/** A word of several; nothing stands for the first. */
function word<T extends string>(args: TrtexecArguments, flag: string, words: readonly T[], anyCase = false): T {
  return oneOf(flag, args.text(flag) || words[0]!, words, anyCase);
}
