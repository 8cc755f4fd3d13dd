import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { CalibrtError } from '../errors.js';
import type { SamplePair } from './sample-pair.js';

/** One pass of a user's metric over the samples. */
export interface MetricPass {
  /** Takes one sample; it may be asynchronous. */
  add(sample: SamplePair): void | Promise<void>;
  /** The figure over all samples taken; more is better. It must be a number, and not NaN. */
  result(): number | Promise<number>;
  /** How far the figure would move with other samples, in its own unit; absent where that is not known. */
  standardError?(): number;
}

/** The default export of a metric module that keeps sums of its own over the samples. */
export interface MetricModule {
  /** Starts a pass; several may be under way at a time. */
  create(): MetricPass;
}

/** The default export of a metric module whose figure is the mean over the samples; more is better. */
export type SampleMetric = (sample: SamplePair) => number | Promise<number>;

/**
 * Loads a user's metric.
 *
 * @param path - Absolute path of a JavaScript module; TypeScript where this Node loads it (22.18 and newer).
 * @throws CalibrtError `ERR_USAGE` where it cannot be loaded, or exports no metric.
 */
export async function loadMetricModule(path: string): Promise<MetricModule> {
  checkModuleFile(path);
  let found: { readonly default?: unknown };
  try {
    found = (await import(pathToFileURL(path).href)) as typeof found;
  } catch (cause) {
    throw new CalibrtError('ERR_USAGE', `the metric ${path} cannot be loaded: ${reasonOf(cause)}`, { cause });
  }
  const exported = found.default;
  if (typeof exported === 'function') return meanOf(exported as SampleMetric);
  if (typeof (exported as Partial<MetricModule> | undefined)?.create === 'function') return exported as MetricModule;
  throw new CalibrtError(
    'ERR_USAGE',
    `the metric ${path} exports no metric: its default export must be a function of a sample, or an object with create()`,
  );
}

/** @throws CalibrtError `ERR_USAGE` where there is no such file. */
export function checkModuleFile(path: string): void {
  if (!existsSync(path))
    throw new CalibrtError('ERR_USAGE', `the metric ${path} cannot be loaded: there is no such file`);
}

/** A pass of a user's metric whose failures are told as such. */
export function guardPass(module: MetricModule, path: string): MetricPass {
  const guard = async <T>(what: string, call: () => T | Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (cause) {
      if (cause instanceof CalibrtError) throw cause;
      throw new CalibrtError('ERR_DATA_FORMAT', `the metric ${path} failed ${what}: ${reasonOf(cause)}`, {
        cause,
      });
    }
  };
  let pass: MetricPass | undefined;
  const started = async (): Promise<MetricPass> => (pass ??= await guard('in create()', () => module.create()));
  return {
    add: async (sample) => {
      const own = await started();
      await guard(`on sample ${sample.name}`, () => own.add(sample));
    },
    result: async () => {
      const own = await started();
      const value: unknown = await guard('in result()', () => own.result());
      if (typeof value === 'number' && !Number.isNaN(value)) return value;
      throw new CalibrtError(
        'ERR_DATA_NOT_FINITE',
        `the metric ${path} gave ${typeof value === 'number' ? 'NaN' : typeof value} in place of a number: make it return one for every model`,
      );
    },
  };
}

function meanOf(metric: SampleMetric): MetricModule {
  return {
    create() {
      let [sum, count] = [0, 0];
      return {
        async add(sample) {
          const value: unknown = await metric(sample);
          if (typeof value !== 'number') throw new Error(`it returned ${typeof value} in place of a number`);
          sum += value;
          count++;
        },
        result: () => sum / count,
      };
    },
  };
}

function reasonOf(cause: unknown): string {
  const error = cause as NodeJS.ErrnoException | undefined;
  if (error?.code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return `Node ${process.versions.node} loads no TypeScript: compile it to JavaScript, or use Node 22.18 or newer`;
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split('\n', 1)[0]!;
}
