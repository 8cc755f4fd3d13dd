import { calibratorNames, checkCandidates, createCalibrator } from '../../calibrators/index.js';
import { CalibrtError } from '../errors.js';
import type { ActivationOptions, MethodOptions } from './calibration/ranges.js';
import { isRereadable, type SampleData } from './calibration/samples.js';
import type { ScopeOptions } from './placement-options.js';

const MOST_THREADS = 1024;

/** Options that take one of a few words, as the command line calls them; callers from JavaScript have no compiler to tell them. */
const choices = {
  form: ['--for', ['tensorrt', 'onnxruntime']],
  weights: ['--per-tensor', ['per-channel', 'per-tensor']],
  method: ['--method', [...calibratorNames, 'auto']],
  kldVariant: ['--kld-variant', ['notes', 'source']],
  activations: ['--activations', ['symmetric', 'asymmetric']],
  weightStorage: ['--weights', ['int8', 'qdq']],
  highPrecision: ['--high-precision', ['fp32', 'fp16']],
} as const;

/** The method that is meant: a percentile alone names `percentile`. */
export function methodOf({ method, percentile }: MethodOptions): NonNullable<MethodOptions['method']> {
  return method ?? (percentile === undefined ? 'mse' : 'percentile');
}

/** What {@link checkOptions} looks at. */
export type CheckedOptions = MethodOptions &
  ActivationOptions &
  ScopeOptions & {
    readonly threads?: number;
    readonly batch?: number;
    readonly data?: SampleData;
    readonly table?: string;
    readonly resume?: string;
  };

/**
 * Refuses options that make no sense, alone or together, before any work: words that are no choice, numbers out of range,
 * parameters of another method, what the target cannot take, and `auto` on what can be read only once.
 *
 * @throws CalibrtError `ERR_USAGE` naming the option.
 */
export function checkOptions(options: CheckedOptions): void {
  for (const [name, [flag, words]] of Object.entries(choices)) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined || (words as readonly unknown[]).includes(value)) continue;
    throw usage(`${flag} must be one of ${words.join(', ')}, not ${JSON.stringify(value)}`);
  }
  checkWhole('--threads', options.threads, MOST_THREADS);
  checkWhole('--batch', options.batch, Number.MAX_SAFE_INTEGER);
  checkMethod(options);
  if (options.resume !== undefined && options.data !== undefined && !isRereadable(options.data)) {
    throw usage(
      '--resume needs samples that can be read again, which an iterable cannot: give a folder or files as `data`',
    );
  }
  if ((options.form ?? 'tensorrt') === 'tensorrt' && options.activations === 'asymmetric') {
    throw usage(
      'TensorRT takes symmetric activations only (no zero point): leave out --activations asymmetric, or write the model for ' +
        'ONNX Runtime (--for onnxruntime)',
    );
  }
}

function checkMethod(options: CheckedOptions): void {
  const { percentile, kldVariant, table, data, tune } = options;
  const method = methodOf(options);
  if (table !== undefined && (options.method !== undefined || percentile !== undefined)) {
    throw usage(
      '--method and --percentile have no say beside --table, whose ranges are used as they are: leave them out',
    );
  }
  if (percentile !== undefined && method !== 'percentile') {
    throw usage(`--percentile is for --method percentile, not ${method}: leave one of them out`);
  }
  if (kldVariant !== undefined && method !== 'kld') throw usage(`--kld-variant is for --method kld, not ${method}`);
  if (tune !== undefined) checkTuning(options, tune);
  if (method !== 'auto') createCalibrator(method, percentile === undefined ? {} : { percentile });
  else if (data !== undefined && !isRereadable(data)) {
    throw usage(
      '--method auto reads some samples a second time, which an iterable does not allow: give a folder or files as `data`',
    );
  }
}

function checkTuning({ table, data }: CheckedOptions, tune: number): void {
  checkCandidates(tune);
  if (table !== undefined)
    throw usage('--tune has no say beside --table, whose ranges are used as they are: leave it out');
  if (data === undefined || isRereadable(data)) return;
  throw usage(
    '--tune reads some samples a second time, which an iterable does not allow: give a folder or files as `data`',
  );
}

function checkWhole(flag: string, value: number | undefined, greatest: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= greatest)) return;
  throw usage(`${flag} must be a whole number from 1 to ${greatest}, not ${value}`);
}

function usage(message: string): CalibrtError {
  return new CalibrtError('ERR_USAGE', message);
}
