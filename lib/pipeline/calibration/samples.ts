import { basename } from 'node:path';
import type { SampleSource } from '../../backends/onnxruntime/index.js';
import {
  fixedBatch,
  fromIterable,
  openDataset,
  selectSamples,
  type Batch,
  type DataSource,
  type DataSpec,
  type IterableSample,
  type ModelInput,
  type PreprocessSpec,
} from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { checkNotRead } from '../../files.js';

/**
 * Samples: a path, several (one per network input), or any iterable of named tensors, which stays in this process and is read no
 * faster than the network runs.
 */
export type SampleData = string | readonly DataSource[] | Iterable<IterableSample> | AsyncIterable<IterableSample>;

/** Which samples to use and what to do to them. */
export interface SampleOptions {
  readonly data: SampleData;
  /** For images. */
  readonly preprocess?: PreprocessSpec;
  /** File of `file label` lines; default: class-named subfolders, if there are any. */
  readonly labels?: string;
  /** Samples drawn in all by the seeded shuffle; default 500. An iterable is read up to it, in its own order. */
  readonly limit?: number;
  /** Seed of the shuffle; default 0. */
  readonly seed?: number;
}

/** Samples that are drawn and ready to be read, in this process or in a child. */
export interface DrawnSamples {
  readonly calibration: SampleSource;
  /** Kept out of calibration; null where none was asked for, or the samples are an iterable. */
  readonly holdout: SampleSource | null;
  /** The files that they are read from, and the labels. */
  readonly files: readonly string[];
  /** The batches behind a source of kind `stream`. */
  readonly stream?: AsyncIterable<Batch>;
  /** Hash of the samples that calibrate, which reads all of them, once; null for an iterable. */
  readonly hash: (signal?: AbortSignal) => Promise<string | null>;
  /** What was done to them, as tables record it. */
  readonly preprocessing: unknown;
}

/**
 * Draws the samples of `options`: the calibration set and, apart from it, the holdout.
 *
 * @param holdout - Samples kept apart; undefined takes the default (a fifth, at least 1, at most 64), 0 none.
 * @throws CalibrtError `ERR_DATA_NOT_FOUND`, `ERR_DATA_EMPTY`, `ERR_DATA_FORMAT`, `ERR_USAGE`.
 */
export async function drawSamples(
  options: SampleOptions,
  inputs: readonly ModelInput[],
  holdout: number | undefined,
): Promise<DrawnSamples> {
  const { limit, seed } = options;
  const spec = toDataSpec(options);
  if (spec === null) {
    const samples = options.data as Iterable<IterableSample> | AsyncIterable<IterableSample>;
    return {
      calibration: { kind: 'stream', ...(limit === undefined ? {} : { total: limit }) },
      holdout: null,
      files: [],
      stream: fromIterable(samples, inputs, {
        batch: fixedBatch(inputs) ?? 1,
        ...(limit === undefined ? {} : { limit }),
      }),
      hash: () => Promise.resolve(null),
      preprocessing: null,
    };
  }
  const dataset = await openDataset(spec, inputs);
  const drawn = selectSamples(dataset.size, {
    ...(limit === undefined ? {} : { limit }),
    ...(seed === undefined ? {} : { seed }),
    ...(holdout === undefined ? {} : { holdout }),
  });
  let hash: Promise<string> | undefined;
  const count = drawn.calibration.length + drawn.holdout.length;
  const source = (indices: readonly number[]): SampleSource => {
    return { kind: 'dataset', spec, inputs, indices, drawn: count };
  };
  return {
    calibration: source(drawn.calibration),
    holdout: drawn.holdout.length === 0 ? null : source(drawn.holdout),
    files: [
      ...spec.sources.map(({ path }) => path),
      ...(spec.labels === undefined ? [] : [spec.labels]),
      ...dataset.names,
    ],
    hash: (signal) => (hash ??= dataset.hash(drawn.calibration, signal)),
    preprocessing: dataset.describe().preprocess,
  };
}

/** All samples of `options`, for an evaluation; `limit` still applies. */
export async function allSamples(options: SampleOptions, inputs: readonly ModelInput[]): Promise<DrawnSamples> {
  return drawSamples({ ...options, limit: options.limit ?? Number.MAX_SAFE_INTEGER }, inputs, 0);
}

/**
 * @throws CalibrtError `ERR_USAGE` where an output is one of the samples, their list or their labels.
 */
export async function checkNotSamples(
  outputs: readonly (string | undefined)[],
  { files }: DrawnSamples,
): Promise<void> {
  // By name first: there may be a hundred thousand of them.
  const names = new Set(outputs.flatMap((path) => (path === undefined ? [] : basename(path))));
  await checkNotRead(
    outputs,
    files.filter((file) => names.has(basename(file))),
  );
}

function toDataSpec({ data, preprocess, labels }: SampleOptions): DataSpec | null {
  const sources = typeof data === 'string' ? [{ path: data }] : isSources(data) ? data : null;
  if (sources === null) {
    if (isIterable(data)) return null;
    throw new CalibrtError(
      'ERR_USAGE',
      `data must be a path, a list of { input, path }, or an (async) iterable of named tensors, not ${typeof data}`,
    );
  }
  if (sources.length === 0)
    throw new CalibrtError('ERR_USAGE', 'no samples: give a folder or a file as `data` (--data)');
  return { sources, ...(preprocess === undefined ? {} : { preprocess }), ...(labels === undefined ? {} : { labels }) };
}

/** Whether samples can be read more than once: paths can, an iterable cannot. */
export function isRereadable(data: SampleData): data is string | readonly DataSource[] {
  return typeof data === 'string' || isSources(data);
}

function isIterable(data: unknown): boolean {
  return typeof data === 'object' && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data);
}

function isSources(data: Exclude<SampleData, string>): data is readonly DataSource[] {
  return Array.isArray(data) && data.every((item: Partial<DataSource> | null) => typeof item?.path === 'string');
}
