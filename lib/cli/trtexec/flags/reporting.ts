import { carriedOut, everywhere, exceptRtx, nothing, refused, type TrtexecFlag } from './flag.js';

/** What is told of the run. */
export const reportingFlags: readonly TrtexecFlag[] = [
  { name: '--verbose', form: 'switch', group: 'reporting', description: 'log everything', on: everywhere(carriedOut) },
  {
    name: '--avgRuns',
    form: 'integer',
    value: 'N',
    default: '10',
    group: 'reporting',
    description: 'queries that a line of the trace averages',
    on: everywhere(carriedOut),
  },
  {
    name: '--percentile',
    form: 'text',
    value: 'P,…',
    default: '90,95,99',
    group: 'reporting',
    description: 'percentiles to report, each in 0 to 100',
    on: everywhere(carriedOut),
  },
  {
    name: '--dumpRefit',
    form: 'switch',
    group: 'reporting',
    description: 'list the weights that a refit can replace',
    on: everywhere(refused('calibrt replaces no weights of a built engine')),
  },
  {
    name: '--dumpOutput',
    form: 'switch',
    group: 'reporting',
    description: "print the last query's outputs",
    on: everywhere(carriedOut),
  },
  {
    name: '--dumpRawBindingsToFile',
    form: 'switch',
    group: 'reporting',
    description: 'write every input and output to NAME.input|output.DIMS.TYPE.raw in this folder',
    on: everywhere(carriedOut),
  },
  {
    name: '--dumpProfile',
    form: 'switch',
    group: 'reporting',
    description: 'print times by layer',
    on: everywhere(carriedOut),
  },
  {
    name: '--dumpLayerInfo',
    form: 'switch',
    group: 'reporting',
    description: 'print what the engine inspector tells of the layers',
    on: everywhere(carriedOut),
  },
  {
    name: '--dumpOptimizationProfile',
    form: 'switch',
    group: 'reporting',
    description: 'print min, opt and max of every input in every profile',
    on: everywhere(carriedOut),
  },
  ...(
    [
      ['Times', 'when each query began and ended'],
      ['Output', "the last query's outputs"],
      ['Profile', 'times by layer'],
      ['LayerInfo', 'what the engine inspector tells of the layers'],
    ] as const
  ).map(([what, holds]): TrtexecFlag => ({
    name: `--export${what}`,
    form: 'text',
    value: 'FILE',
    group: 'reporting',
    description: `write ${holds} as JSON`,
    on: everywhere(carriedOut),
  })),
];

const noPlugins = 'TensorRT-RTX has no plugins';

/** The machine and what is loaded beside the library. */
export const systemFlags: readonly TrtexecFlag[] = [
  {
    name: '--device',
    form: 'integer',
    value: 'N',
    default: '0',
    group: 'system',
    description: 'CUDA device',
    on: everywhere(carriedOut),
  },
  {
    name: '--staticPlugins',
    form: 'text',
    value: 'LIBRARY',
    repeat: true,
    group: 'system',
    description: 'plugin library opened before the build',
    on: exceptRtx(noPlugins),
  },
  {
    name: '--plugins',
    form: 'text',
    value: 'LIBRARY',
    repeat: true,
    group: 'system',
    description: 'old name of --staticPlugins',
    on: exceptRtx(noPlugins),
  },
  {
    name: '--dynamicPlugins',
    form: 'text',
    value: 'LIBRARY',
    repeat: true,
    group: 'system',
    description: "plugin library loaded through the library's registry",
    on: exceptRtx(noPlugins),
  },
  {
    name: '--setPluginsToSerialize',
    form: 'text',
    value: 'LIBRARY',
    repeat: true,
    group: 'system',
    description: 'plugin library that becomes part of a version-compatible plan',
    on: exceptRtx(noPlugins),
  },
  {
    name: '--ignoreParsedPluginLibs',
    form: 'switch',
    group: 'system',
    description: 'with --versionCompatible: do not add the plugin libraries that the parser names',
    on: everywhere(nothing('calibrt adds no plugin libraries of its own')),
  },
  {
    name: '--safetyPlugins',
    form: 'text',
    value: 'LIBRARY[NAMESPACE::NAME,…]',
    repeat: true,
    group: 'system',
    description: 'plugin library of a safety engine',
    on: everywhere(refused('the safety runtime is a product of its own, which calibrt does not open')),
  },
  {
    name: '--help',
    aliases: ['-h'],
    form: 'switch',
    group: 'system',
    description: 'print this help, wherever it stands',
    on: everywhere(carriedOut),
  },
];
