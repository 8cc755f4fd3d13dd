import { availableParallelism } from 'node:os';
import { throwIfAborted } from '../errors.js';
import { isCorruptSample } from './corrupt.js';
import type { Dataset, Sample } from './dataset.js';
import { groupSamples } from './group.js';
import { mapInOrder } from './map-in-order.js';
import { SkipPolicy } from './skip-policy.js';
import type { NamedTensors } from './tensor.js';

/** Samples that go through the network together. */
export interface Batch {
  /** One per sample. */
  readonly names: readonly string[];
  /** Each input, the samples one after the other on axis 0. */
  readonly inputs: NamedTensors;
  /** Index of each sample's class; absent where none is known. */
  readonly labels?: readonly (number | undefined)[];
}

/** How samples are read. */
export interface ReadOptions {
  /** Samples per batch at most; default 1. A sample of other shapes than the one before begins a new batch. */
  readonly batch?: number;
  /** Samples read and decoded ahead of the consumer; default: the CPUs, at most 4. */
  readonly prefetch?: number;
  readonly signal?: AbortSignal;
  /** Told of each image that was skipped because it does not decode. */
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
  const { batch = 1, prefetch = Math.min(4, availableParallelism()), signal, onSkip } = options;
  yield* groupSamples(readSamples(dataset, indices, prefetch, signal, onSkip), dataset.inputs, batch);
}

async function* readSamples(
  dataset: Dataset,
  indices: readonly number[],
  prefetch: number,
  signal: AbortSignal | undefined,
  onSkip: ReadOptions['onSkip'],
): AsyncGenerator<Sample, void> {
  const policy = new SkipPolicy(indices.length);
  const attempt = (index: number): Promise<Sample | Skipped> => readOrSkip(dataset, index, signal);
  for await (const result of mapInOrder(indices, attempt, {
    ahead: Math.max(1, prefetch),
    ...(signal && { signal }),
  })) {
    throwIfAborted(signal);
    if ('inputs' in result) {
      yield result;
    } else {
      policy.skip(result.reason);
      onSkip?.(result.name, result.reason);
    }
  }
}

interface Skipped {
  readonly name: string;
  readonly reason: string;
}

async function readOrSkip(dataset: Dataset, index: number, signal?: AbortSignal): Promise<Sample | Skipped> {
  try {
    return await dataset.read(index, signal);
  } catch (error) {
    if (isCorruptSample(error)) return { name: dataset.names[index]!, reason: error.message };
    throw error;
  }
}
