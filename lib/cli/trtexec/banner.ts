/** The sections that trtexec prints before it does anything: what it understood. */
import type { TensorRtFlavour } from '../../native.js';
import type { TrtexecArguments } from './arguments.js';
import { formatNumber } from './format-number.js';
import {
  tensorLayouts,
  type BuildSettings,
  type InferenceSettings,
  type LayerAssignment,
  type TensorFormatSpec,
  type TrtexecSettings,
} from './options/index.js';

const MiB = 1024 ** 2;
const enabled = (on: boolean): string => (on ? 'Enabled' : 'Disabled');

/** Lines of all sections; labels as trtexec 10.16 has them, less what 11 dropped. */
export function banner(settings: TrtexecSettings, args: TrtexecArguments, flavour: TensorRtFlavour): string[] {
  return [
    '=== Model Options ===',
    `Format: ${settings.onnx === undefined ? '*' : 'ONNX'}`,
    `Model: ${settings.onnx ?? ''}`,
    'Output:',
    ...(settings.build.loadEngine === undefined ? buildLines(settings.build, args, flavour) : ['']),
    ...systemLines(settings),
    ...inferenceLines(settings.inference, args, flavour),
    ...reportingLines(settings),
    '',
  ];
}

function buildLines(build: BuildSettings, args: TrtexecArguments, flavour: TensorRtFlavour): string[] {
  const has = (name: string): string => enabled(args.has(name));
  const old = (...lines: string[]): string[] => (flavour === '10' ? lines : []);
  const { network } = build;
  const verbosities = { layer_names_only: 0, none: 1, detailed: 2 };
  return [
    '=== Build Options ===',
    `Memory Pools: ${memoryPools(build)}`,
    `avgTiming: ${build.avgTiming}`,
    `Precision: ${precision(build, flavour)}`,
    ...old(`LayerPrecisions: ${assignments(network.layerPrecisions, ',')}`),
    `Layer Device Types: ${assignments(network.layerDevices, ', ')}`,
    `Decomposable Attentions: ${network.decomposableAttentions.map((name) => `${name}:1`).join(', ')}`,
    ...old(`Calibration: ${build.calibrationCache ?? (build.precision.int8 ? 'Dynamic' : '')}`),
    `Refit: ${enabled(build.refit)}`,
    `Strip weights: ${enabled(build.stripWeights)}`,
    `Version Compatible: ${enabled(build.versionCompatible)}`,
    `ONNX Plugin InstanceNorm: ${has('--pluginInstanceNorm')}`,
    `ONNX kENABLE_UINT8_AND_ASYMMETRIC_QUANTIZATION_DLA flag: ${has('--uint8AsymmetricQuantizationDLA')}`,
    `ONNX kREPORT_CAPABILITY_DLA flag: ${has('--reportCapabilityDLA')}`,
    `ONNX kADJUST_FOR_DLA flag: ${has('--adjustForDLA')}`,
    `ONNX kENABLE_PLUGIN_OVERRIDE flag: ${has('--enablePluginOverride')}`,
    `TensorRT runtime: ${build.useRuntime}`,
    'Lean DLL Path: ',
    `Tempfile Controls: ${tempfileControls(build)}`,
    `Exclude Lean Runtime: ${has('--excludeLeanRuntime')}`,
    `Sparsity: ${{ disable: 'Disabled', enable: 'Enabled', force: 'Forced' }[build.sparsity]}`,
    'Safe mode: Disabled',
    'Build DLA standalone loadable: Disabled',
    `Allow GPU fallback for DLA: ${has('--allowGPUFallback')}`,
    `DirectIO mode: ${has('--directIO')}`,
    ...old(`Restricted mode: ${has('--restricted')}`),
    `Skip inference: ${enabled(build.skipInference)}`,
    `Save engine: ${build.saveEngine ?? ''}`,
    'Load engine: ',
    `Profiling verbosity: ${verbosities[build.profilingVerbosity]}`,
    `Tactic sources: ${signed(build.tacticSources, tacticNames) || 'Using default tactic sources'}`,
    `timingCacheMode: ${build.timingCache.mode}`,
    `timingCacheFile: ${build.timingCache.file}`,
    `Enable Compilation Cache: ${enabled(!args.has('--noCompilationCache'))}`,
    `Enable Monitor Memory: ${has('--monitorMemory')}`,
    'CPU Only Mode: Disabled',
    `errorOnTimingCacheMiss: ${has('--errorOnTimingCacheMiss')}`,
    `Preview Features: ${signed(build.previewFeatures, previewNames) || 'Use default preview flags.'}`,
    `MaxAuxStreams: ${args.integer('--maxAuxStreams')}`,
    `BuilderOptimizationLevel: ${args.integer('--builderOptimizationLevel')}`,
    `MaxTactics: ${args.integer('--maxTactics')}`,
    ...old(`Calibration Profile Index: ${build.calibrationProfile}`),
    `Weight Streaming: ${has('--allowWeightStreaming')}`,
    `Runtime Platform: ${build.runtimePlatform === 'SameAsBuild' ? 'Same As Build' : 'Windows AMD64'}`,
    `Debug Tensors: ${network.debugTensors.join(',')}`,
    `Distributive Independence: ${has('--distributiveIndependence')}`,
    `Mark Unfused Tensors As Debug Tensors: ${has('--markUnfusedTensorsAsDebugTensors')}`,
    ...formatLines('Input(s)', network.inputFormats, flavour),
    ...formatLines('Output(s)', network.outputFormats, flavour),
    ...build.profiles.flatMap((profile, index) => {
      const ranges = [...profile].map(([name, range]): [string, string] => [
        name,
        [range.min, range.opt, range.max].map(dimsText).join('+'),
      ]);
      return shapeLines('build', ranges, `(profile ${index})`);
    }),
    ...old(...shapeLines('calibration', calibrationShapes(build), '')),
  ];
}

function assignments(entries: readonly LayerAssignment[], separator: string): string {
  return entries.map(({ pattern, values }) => `${pattern}:${values.join('+')}`).join(separator);
}

function formatLines(label: string, formats: readonly TensorFormatSpec[], flavour: TensorRtFlavour): string[] {
  if (formats.length === 0) return [`${label}s format: ${flavour === '10' ? 'fp32:CHW' : 'CHW'}`];
  return formats.map(({ type, layouts }) => {
    // trtexec puts a plus before every format but the first of TensorRT's own order.
    const known = tensorLayouts.filter((layout) => layouts.includes(layout));
    const text = known.map((layout) => (layout === tensorLayouts[0] ? layout : `+${layout}`)).join('');
    return `${label}: ${type === undefined ? '' : `${type}:`}${text}`;
  });
}

function calibrationShapes(build: BuildSettings): [string, string][] {
  return [...build.calibrationShapes].map(([name, dims]) => [name, [dims, dims, dims].map(dimsText).join('+')]);
}

function systemLines({
  device,
  dlaCore,
  staticPlugins,
  setPluginsToSerialize,
  dynamicPlugins,
}: TrtexecSettings): string[] {
  const list = (label: string, items: readonly string[]): string => [label, ...items].join(' ');
  return [
    '=== System Options ===',
    `Device: ${device}`,
    `DLACore: ${dlaCore < 0 ? '' : dlaCore}`,
    list('Loaded static plugins:', staticPlugins),
    list('setPluginsToSerialize:', setPluginsToSerialize),
    list('dynamicPlugins:', dynamicPlugins),
    'ignoreParsedPluginLibs: 0',
    '',
  ];
}

function inferenceLines(inference: InferenceSettings, args: TrtexecArguments, flavour: TensorRtFlavour): string[] {
  const shapes = [...inference.shapes].map(([name, dims]): [string, string] => [name, dimsText(dims)]);
  const verbosity = { none: 1, detailed: 2, verbose: 2 }[args.text('--profilingVerbosity')] ?? 0;
  return [
    '=== Inference Options ===',
    'Batch: Explicit',
    ...shapeLines('inference', shapes, ''),
    `Iterations: ${inference.iterations}`,
    `Duration: ${formatNumber(inference.durationS)}s (+ ${formatNumber(inference.warmUpMs)}ms warm up)`,
    `Sleep time: ${formatNumber(inference.sleepMs)}ms`,
    `Idle time: ${formatNumber(inference.idleMs)}ms`,
    `Inference Streams: ${inference.streams}`,
    `ExposeDMA: ${enabled(inference.exposeDma)}`,
    `Data transfers: ${enabled(inference.transfers)}`,
    `Spin-wait: ${enabled(inference.spin)}`,
    `Multithreading: ${enabled(inference.threads)}`,
    `CUDA Graph: ${enabled(inference.cudaGraph)}`,
    ...(flavour === '10' ? [`Separate profiling: ${enabled(inference.separateProfileRun)}`] : []),
    `Time Deserialize: ${enabled(inference.timeDeserialize)}`,
    'Time Refit: Disabled',
    `NVTX verbosity: ${verbosity}`,
    `Persistent Cache Ratio: ${formatNumber(inference.persistentCacheRatio)}`,
    `Optimization Profile Index: ${inference.profile}`,
    `Weight Streaming Budget: ${budget(inference)}`,
    'Inputs:',
    ...[...inference.inputs].map(([name, file]) => `${name}<-${file}`),
    'Debug Tensor Save Destinations:',
    'Dump All Debug Tensor in Formats: ',
  ];
}

function reportingLines({ reporting }: TrtexecSettings): string[] {
  return [
    '=== Reporting Options ===',
    `Verbose: ${enabled(reporting.verbose)}`,
    `Averages: ${reporting.avgRuns} inferences`,
    `Percentiles: ${reporting.percentiles.map(formatNumber).join(',')}`,
    'Dump refittable layers:Disabled',
    `Dump output: ${enabled(reporting.dumpOutput)}`,
    `Profile: ${enabled(reporting.dumpProfile)}`,
    `Export timing to JSON file: ${reporting.exportTimes ?? ''}`,
    `Export output to JSON file: ${reporting.exportOutput ?? ''}`,
    `Export profile to JSON file: ${reporting.exportProfile ?? ''}`,
  ];
}

function shapeLines(phase: string, shapes: readonly (readonly [string, string])[], profile: string): string[] {
  if (shapes.length === 0) return [`Input ${phase} shapes: model`];
  return shapes.map(([name, text]) => `Input ${phase} shape ${profile}: ${name}=${text}`);
}

/** `1x3x224x224`; nothing for a scalar. */
export function dimsText(dims: readonly number[]): string {
  return dims.join('x');
}

function memoryPools({ memoryPools }: BuildSettings): string {
  const size = (pool: 'workspace' | 'dlaSRAM' | 'dlaLocalDRAM' | 'dlaGlobalDRAM' | 'tacticSharedMem'): string => {
    const bytes = memoryPools.get(pool);
    if (bytes === undefined) return `${pool}: default`;
    return pool === 'tacticSharedMem'
      ? `${pool}: ${formatNumber(bytes / 1024)} KiB`
      : `${pool}: ${formatNumber(bytes / MiB)} MiB`;
  };
  return [
    size('workspace'),
    size('dlaSRAM'),
    size('dlaLocalDRAM'),
    size('dlaGlobalDRAM'),
    size('tacticSharedMem'),
  ].join(', ');
}

function precision({ precision, network }: BuildSettings, flavour: TensorRtFlavour): string {
  if (precision.stronglyTyped || flavour !== '10') return 'Strongly Typed';
  const types = [
    ['FP16', precision.fp16],
    ['BF16', precision.bf16],
    ['INT8', precision.int8],
    ['FP8', precision.fp8],
    ['INT4', precision.int4],
  ] as const;
  const constraints = network.precisionConstraints;
  const names = ['FP32', ...types.flatMap(([name, on]) => (on ? [name] : []))].join('+');
  return constraints === 'none' ? names : `${names} (${constraints} precision constraints)`;
}

function tempfileControls({ tempfileControls: { in_memory, temporary } }: BuildSettings): string {
  const word = (allowed: boolean): string => (allowed ? 'allow' : 'deny');
  return `{ in_memory: ${word(in_memory)}, temporary: ${word(temporary)} }`;
}

const tacticNames: Readonly<Record<string, string>> = {
  CUBLAS: 'cublas',
  CUBLAS_LT: 'cublasLt',
  CUDNN: 'cudnn',
  EDGE_MASK_CONVOLUTIONS: 'edge mask convolutions',
  JIT_CONVOLUTIONS: 'JIT convolutions',
};

const previewNames: Readonly<Record<string, string>> = {
  aliasedPluginIO1003: 'kALIASED_PLUGIN_IO_10_03',
  runtimeActivationResize: 'kRUNTIME_ACTIVATION_RESIZE_10_10',
  multiDeviceRuntime: 'kMULTIDEVICE_RUNTIME_10_16',
};

/** `name [ON], other [OFF], `, in the order of the names. */
function signed(states: ReadonlyMap<string, boolean>, names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .map(([key, name]) => (states.has(key) ? `${name} [${states.get(key) ? 'ON' : 'OFF'}], ` : ''))
    .join('');
}

function budget({ weightStreamingBudget: budget }: InferenceSettings): string {
  switch (budget?.kind) {
    case 'automatic':
      return 'Automatic';
    case 'bytes':
      return `${budget.bytes} bytes`;
    case 'percent':
      return `${budget.percent.toFixed(6)}%`;
    default:
      return '100.000000%';
  }
}
