import type { OptimizationProfile } from '../../backends/tensorrt/index.js';
import type { BuildPlanOptions } from '../../pipeline/build/build.js';
import type { Command, FlagValues } from '../command.js';
import { parseList, parseShapes, parseSize } from '../parse.js';

/** `calibrt build MODEL -o PLAN`. */
export const build: Command = {
  name: 'build',
  summary: 'build a TensorRT engine plan from an FP32, FP16 or Q/DQ model',
  args: [{ name: 'model', description: 'ONNX file' }],
  flags: [
    {
      name: 'output',
      short: 'o',
      type: 'string',
      value: 'PLAN',
      required: true,
      description: 'the engine plan to write',
    },
    {
      name: 'backend',
      type: 'string',
      value: 'NAME',
      choices: ['auto', 'tensorrt', 'tensorrt-rtx'],
      default: 'auto: the first that is installed',
      description: 'which builder',
    },
    {
      name: 'library',
      type: 'string',
      value: 'FILE',
      description: 'the TensorRT library itself, where it is in no usual place',
    },
    {
      name: 'target',
      type: 'string',
      value: 'SM,…',
      default: 'current; sm86,sm89,sm120 on a machine with no GPU',
      description: 'GPUs to build for: sm80, sm86, sm89, sm120, sm121 or current; several give one plan for all',
    },
    {
      name: 'fp16',
      type: 'boolean',
      description: 'compute in FP16; where types are the model’s (TensorRT 11, TensorRT-RTX) a temporary copy is cast',
    },
    { name: 'bf16', type: 'boolean', description: 'compute in BF16, likewise' },
    {
      name: 'min-shapes',
      type: 'string',
      value: 'NAME:DIMS,…',
      description: 'least shape of each dynamic input: x:1x3x224x224',
    },
    { name: 'opt-shapes', type: 'string', value: 'NAME:DIMS,…', description: 'the shape to optimize for' },
    { name: 'max-shapes', type: 'string', value: 'NAME:DIMS,…', description: 'greatest shape' },
    {
      name: 'workspace',
      type: 'string',
      value: 'SIZE',
      description: 'memory the builder may use: 512M, 4G; no suffix is MiB',
    },
    {
      name: 'optimization-level',
      type: 'integer',
      value: 'N',
      default: '3',
      description: '0 to 5: build time against speed',
    },
    { name: 'version-compatible', type: 'boolean', description: 'a plan that later versions of the library load' },
    { name: 'strip-weights', type: 'boolean', description: 'leave the weights out of the plan' },
    { name: 'refit', type: 'boolean', description: 'a plan whose weights can be replaced' },
    {
      name: 'profiling-verbosity',
      type: 'string',
      value: 'LEVEL',
      choices: ['layer_names_only', 'detailed', 'none'],
      description: 'what the plan remembers of its layers',
    },
    {
      name: 'timing-cache',
      type: 'string',
      value: 'FILE',
      description: 'tactic timings: read if there, then rewritten',
    },
  ],
  examples: ['calibrt build model.int8.onnx -o model.plan --target sm86,sm89,sm120'],

  async run({ args, flags, console, signal }) {
    const { buildPlan } = await import('../../pipeline/build/build.js');
    const { formatBytes, table } = await import('../table.js');
    const result = await buildPlan(args[0]!, String(flags['output']), {
      ...buildOptions(flags),
      ...(flags['timingCache'] === undefined ? {} : { timingCacheFile: String(flags['timingCache']) }),
      signal,
      onProgress: console.progress,
      onWarning: (message) => console.warn(message),
      onLog: (severity, message) => console.log(`[${severity}] ${message}`),
    });
    console.endProgress();
    if (result.cast) {
      const { describeCast } = await import('../../pipeline/build/cast.js');
      console.note(`built from a temporary copy that was cast: ${describeCast(result.cast)}`);
    }
    const rows = [
      ['plan', `${result.plan} (${formatBytes(result.bytes)})`],
      ['builder', `${result.backend} ${result.libraryVersion}`],
      ['targets', result.target.join(', ')],
      ['layers', String(result.layers)],
      ...(result.weightBytes === undefined ? [] : [['weights', formatBytes(result.weightBytes)]]),
      ['build time', `${(result.timings['build']! / 1000).toFixed(2)} s`],
    ];
    console.result(result, table(rows));
  },
};

function buildOptions(flags: FlagValues): BuildPlanOptions {
  const text = (name: string): string | undefined => (flags[name] === undefined ? undefined : String(flags[name]));
  const profile = shapeProfile(text('minShapes'), text('optShapes'), text('maxShapes'));
  const options: Record<string, unknown> = {
    backend: text('backend'),
    library: text('library'),
    targets: text('target') === undefined ? undefined : parseList('--target', text('target')!),
    profiles: profile === undefined ? undefined : [profile],
    workspaceBytes: text('workspace') === undefined ? undefined : parseSize('--workspace', text('workspace')!),
    optimizationLevel: flags['optimizationLevel'],
    fp16: flags['fp16'],
    bf16: flags['bf16'],
    versionCompatible: flags['versionCompatible'],
    stripWeights: flags['stripWeights'],
    refit: flags['refit'],
    profilingVerbosity: text('profilingVerbosity'),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What is not given follows trtexec's rule: min from opt, opt from max else min, max from opt. */
function shapeProfile(min?: string, opt?: string, max?: string): OptimizationProfile | undefined {
  if (min === undefined && opt === undefined && max === undefined) return undefined;
  const mins = parseShapes('--min-shapes', min ?? opt ?? max!);
  const maxs = parseShapes('--max-shapes', max ?? opt ?? min!);
  const opts = parseShapes('--opt-shapes', opt ?? max ?? min!);
  const names = new Set([...Object.keys(mins), ...Object.keys(opts), ...Object.keys(maxs)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const shape = opts[name] ?? maxs[name] ?? mins[name]!;
      return [name, { min: mins[name] ?? shape, opt: shape, max: maxs[name] ?? shape }];
    }),
  );
}
