import { availableParallelism } from 'node:os';
import { throwIfAborted } from '../errors.js';
import type { Batch } from './batch.js';
import { asCorruptSample } from './corrupt.js';
import type { Dataset, Sample } from './dataset.js';
import { groupSamples } from './group.js';
import { mapInOrder } from './map-in-order.js';
import { SkipPolicy } from './skip-policy.js';

/** How samples are read. */
export interface ReadOptions {
  /** Samples per batch at most; default 1. A sample of other shapes than the one before begins a new batch. */
  readonly batch?: number;
  /** Samples read and decoded ahead of the consumer; default: the CPUs, at most 4. */
  readonly prefetch?: number;
  /**
   * Samples of the whole draw that the indices are a part of: the share that may be lost counts against it, so that one broken image
   * does not end the reading of a small part. Default, and at least: the number of indices.
   */
  readonly drawn?: number;
  /** Stop after so many samples that could be read; default: all. */
  readonly take?: number;
  readonly signal?: AbortSignal;
  /**
   * Told of each image that is skipped because it does not decode, the one that ends the run among them. `reason` reads well after
   * the name: `not a readable image (…)`.
   */
  readonly onSkip?: (name: string, reason: string) => void;
}

/**
 * Reads samples in the given order, decoding ahead of the consumer. Images that do not decode are skipped while they are few
 * (see {@link SkipPolicy}); anything else that is wrong ends the stream.
 *
 * @throws CalibrtError `ERR_DATA_*` of the sample whose turn it was; `ERR_ABORTED`.
 */
export async function* readBatches(
  dataset: Dataset,
  indices: readonly number[],
  options: ReadOptions = {},
): AsyncGenerator<Batch, void> {
  yield* groupSamples(readSamples(dataset, indices, options), dataset.inputs, options.batch ?? 1);
}

async function* readSamples(
  dataset: Dataset,
  indices: readonly number[],
  options: ReadOptions,
): AsyncGenerator<Sample, void> {
  const { prefetch = Math.min(4, availableParallelism()), drawn = 0, take = Infinity, signal, onSkip } = options;
  if (take < 1) return;
  const policy = new SkipPolicy(Math.max(indices.length, drawn));
  const attempt = (index: number): Promise<Sample | Skipped> => readOrSkip(dataset, index, signal);
  const ahead = Math.max(1, Math.min(prefetch, take));
  let taken = 0;
  for await (const result of mapInOrder(indices, attempt, { ahead, ...(signal && { signal }) })) {
    throwIfAborted(signal);
    if ('inputs' in result) {
      yield result;
      if (++taken >= take) return;
    } else {
      onSkip?.(result.name, result.reason);
      policy.skip(result.problem);
    }
  }
}

interface Skipped {
  readonly name: string;
  readonly reason: string;
  readonly problem: string;
}

async function readOrSkip(dataset: Dataset, index: number, signal?: AbortSignal): Promise<Sample | Skipped> {
  try {
    return await dataset.read(index, signal);
  } catch (error) {
    const corrupt = asCorruptSample(error);
    if (corrupt === undefined) throw error;
    const name = dataset.names[index]!;
    const problem = `${corrupt.path} is ${corrupt.reason}`;
    // A sample of several files is not called by the one that is broken.
    return { name, reason: corrupt.path === name ? corrupt.reason : problem, problem };
  }
}
