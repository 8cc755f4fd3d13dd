import type { OptimizationProfile } from '../../backends/tensorrt/index.js';
import { CalibrtError } from '../../errors.js';
import type { BuildPlanOptions } from '../../pipeline/build/build.js';
import type { ImplicitCalibration } from '../../pipeline/build/implicit-calibration.js';
import type { FlagValues } from '../command.js';
import { parseList, parseShapes, parseSize } from '../parse.js';
import { defined, readSampleFlags } from './read-samples.js';

/**
 * What the flags of `calibrt build` say, as the library's options.
 *
 * @throws CalibrtError `ERR_USAGE` for values that cannot be read, and for flags of a calibration without `--int8` or `--best`.
 */
export function readBuildFlags(flags: FlagValues): BuildPlanOptions {
  const text = (name: string): string | undefined => (flags[name] === undefined ? undefined : String(flags[name]));
  const profile = shapeProfile(text('minShapes'), text('optShapes'), text('maxShapes'));
  return defined<BuildPlanOptions>({
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
    timingCacheFile: text('timingCache'),
    int8: flags['int8'],
    best: flags['best'],
    placeholderRanges: flags['placeholderRanges'],
    calibration: readCalibration(flags),
  });
}

/** The flags that only a calibration while building has a use for. */
const calibrationFlags = ['data', 'calibrator', 'percentile', 'cache', 'table', 'lastBatch'] as const;

function readCalibration(flags: FlagValues): ImplicitCalibration | undefined {
  const given = calibrationFlags.filter((name) => flags[name] !== undefined);
  if (given.length === 0) return undefined;
  const [first] = given;
  if (flags['int8'] !== true && flags['best'] !== true) {
    throw new CalibrtError(
      'ERR_USAGE',
      `--${first === 'lastBatch' ? 'last-batch' : first} is for an implicit INT8 build with TensorRT 10: give --int8 too, or leave it out`,
    );
  }
  if (flags['data'] === undefined && flags['cache'] === undefined && flags['table'] === undefined) {
    throw new CalibrtError('ERR_USAGE', `--${first} needs samples (--data), a cache (--cache) or a table (--table)`);
  }
  const samples = readSampleFlags(flags);
  return defined<ImplicitCalibration>({
    calibrator: flags['calibrator'] ?? (flags['percentile'] === undefined ? undefined : 'percentile'),
    percentile: flags['percentile'],
    cache: flags['cache'],
    table: flags['table'],
    lastBatch: flags['lastBatch'],
    batch: flags['batch'],
    samples: samples.data === undefined ? undefined : samples,
  });
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
