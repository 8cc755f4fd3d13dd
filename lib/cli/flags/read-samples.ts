import type { DataSource, PreprocessSpec } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import type { SampleOptions } from '../../pipeline/calibration/samples.js';
import type { FlagValues } from '../command.js';
import { parseNumbers, parseResize } from '../parse.js';

/** What the sample flags say, as the library's options; without `--data` there is no `data`. */
export function readSampleFlags(flags: FlagValues): Partial<SampleOptions> {
  const preprocess = readPreprocess(flags);
  return defined({
    data: (flags['data'] as readonly string[] | undefined)?.map(readSource),
    preprocess: Object.keys(preprocess).length === 0 ? undefined : preprocess,
    labels: flags['labels'],
    limit: flags['limit'],
    seed: flags['seed'],
  });
}

/** The entries of `values` that are not undefined. */
export function defined<T extends object>(values: Record<string, unknown>): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** `NAME=PATH` names the input; a path that holds a separator before the `=` is a path. */
function readSource(text: string): DataSource {
  const match = /^([^=/\\]+)=(.+)$/.exec(text);
  return match === null ? { path: text } : { input: match[1]!, path: match[2]! };
}

function readPreprocess(flags: FlagValues): PreprocessSpec {
  const numbers = (name: string): number[] | undefined =>
    flags[name] === undefined ? undefined : parseNumbers(`--${name}`, String(flags[name]));
  return defined<PreprocessSpec>({
    resize: flags['resize'] === undefined ? undefined : parseResize('--resize', String(flags['resize'])),
    fit: flags['fit'],
    padValue: flags['padValue'],
    pixelFormat: flags['pixelFormat'],
    mean: numbers('mean'),
    std: numbers('std'),
    scale: numbers('scale'),
    layout: flags['layout'],
    preset: flags['preset'],
  });
}

/**
 * Insists on samples.
 *
 * @throws CalibrtError `ERR_USAGE` where `--data` was not given.
 */
export function requireData(options: Partial<SampleOptions>): SampleOptions {
  if (options.data === undefined) {
    throw new CalibrtError('ERR_USAGE', '--data is required: a folder of images or arrays, or a file of samples');
  }
  return options as SampleOptions;
}
