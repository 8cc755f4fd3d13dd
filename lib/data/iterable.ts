import { CalibrtError, throwIfAborted } from '../errors.js';
import { adaptToInput } from './adapt.js';
import type { Batch } from './batch.js';
import type { Sample } from './dataset.js';
import { groupSamples } from './group.js';
import { splitRows, toTensor, type LooseTensor } from './loose-tensor.js';
import type { ModelInput } from './spec.js';
import type { Tensor } from './tensor.js';

/**
 * One or more samples of a user's own: an array or tensor for each of the network's inputs. Several samples lie side by side on
 * axis 0. The values are copied before the next item is asked for, so a buffer may be used again.
 */
export type IterableSample = Readonly<Record<string, LooseTensor>>;

/** How {@link fromIterable} reads. */
export interface IterableOptions {
  /** Samples to read at most; default: all that come. */
  readonly limit?: number;
  /** Samples per batch; default 1. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}

/**
 * A user's own samples as batches, in the order in which they come and no faster than they are taken; the same checks as for files.
 *
 * @throws CalibrtError `ERR_DATA_SHAPE`, `ERR_DATA_DTYPE` or `ERR_DATA_NOT_FINITE` naming the item; `ERR_DATA_FORMAT` where an
 * input is missing, or the iterable itself throws; `ERR_DATA_EMPTY` where nothing comes; `ERR_ABORTED`.
 */
export async function* fromIterable(
  samples: Iterable<IterableSample> | AsyncIterable<IterableSample>,
  inputs: readonly ModelInput[],
  options: IterableOptions = {},
): AsyncGenerator<Batch, void> {
  yield* groupSamples(readItems(samples, inputs, options), inputs, options.batch ?? 1);
}

async function* readItems(
  items: Iterable<IterableSample> | AsyncIterable<IterableSample>,
  inputs: readonly ModelInput[],
  { limit = Infinity, signal }: IterableOptions,
): AsyncGenerator<Sample, void> {
  let count = 0;
  let place = 0;
  if (limit <= 0) return;
  for await (const item of guarded(items)) {
    throwIfAborted(signal);
    for (const sample of itemSamples(item, inputs, `item ${place++}`)) {
      yield sample;
      throwIfAborted(signal);
      if (++count >= limit) return;
    }
  }
  if (count === 0) throw new CalibrtError('ERR_DATA_EMPTY', 'the iterable of samples ended before the first one');
}

/** What the iterable throws is the user's, and said to be so. */
async function* guarded<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T, void> {
  try {
    // Closes the iterable where the consumer stops early.
    yield* items;
  } catch (cause) {
    if (cause instanceof CalibrtError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CalibrtError('ERR_DATA_FORMAT', `the iterable of samples threw: ${reason}`, { cause });
  }
}

/**
 * The samples of one item, each in the shape and type that the network takes.
 *
 * @param where - Names the item in messages.
 * @throws CalibrtError as {@link fromIterable} does.
 */
export function* itemSamples(
  item: IterableSample,
  inputs: readonly ModelInput[],
  where: string,
): Generator<Sample, void> {
  const rows = inputs.map((input) => {
    const value = item[input.name];
    if (value !== undefined) return splitRows(toTensor(value, input, where), input);
    const found = Object.keys(item).join(', ') || 'nothing';
    throw new CalibrtError('ERR_DATA_FORMAT', `${where}: input ${input.name} is missing, found ${found}`);
  });
  const count = rows[0]?.length ?? 0;
  if (rows.some(({ length }) => length !== count)) {
    const counts = inputs.map(({ name }, index) => `${rows[index]!.length} for ${name}`).join(', ');
    throw new CalibrtError(
      'ERR_DATA_SHAPE',
      `${where}: the inputs have different numbers of samples on axis 0: ${counts}`,
    );
  }
  for (let row = 0; row < count; row++) {
    const name = count === 1 ? where : `${where}, row ${row}`;
    const tensors = inputs.map((input, index): [string, Tensor] => {
      return [input.name, adaptToInput(rows[index]![row]!, input, name)];
    });
    yield { name, inputs: Object.fromEntries(tensors) };
  }
}
