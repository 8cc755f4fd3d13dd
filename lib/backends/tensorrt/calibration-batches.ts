import { setImmediate } from 'node:timers/promises';
import { fixedBatch, type IterableSample, type ModelInput, type Sample } from '../../data/index.js';
import { itemSamples } from '../../data/iterable.js';
import { CalibrtError } from '../../errors.js';
import type { CalibrationSamples } from './calibrators.js';
import { bytesOf, exactBatch } from './exact-batch.js';

/** A batch as it crosses to the calibrator: the bytes of each input, in the inputs' order. */
export interface CalibrationBatch {
  readonly bytes: readonly Uint8Array[];
  /** Samples in it, repetitions not counted. */
  readonly samples: number;
}

/** How {@link calibrationBatches} reads. */
export interface CalibrationBatchOptions {
  readonly limit?: number | undefined;
  readonly lastBatch?: 'drop' | 'pad' | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Groups a loader's samples into batches of exactly the inputs' shapes. Items that are such a batch already pass as they are; others
 * are taken apart, checked, converted as samples from files are, and put together again.
 *
 * @throws CalibrtError `ERR_DATA_*` naming the item; what the loader throws, as the `cause` of one; `ERR_DATA_EMPTY` where not even one
 *   batch comes together.
 */
export async function* calibrationBatches(
  samples: CalibrationSamples,
  inputs: readonly ModelInput[],
  { limit = Infinity, lastBatch = 'drop', onWarning }: CalibrationBatchOptions = {},
): AsyncGenerator<CalibrationBatch, void> {
  const size = fixedBatch(inputs) ?? 1;
  let pending: Sample[] = [];
  let taken = 0;
  let batches = 0;
  let place = 0;
  for await (const item of guarded(samples)) {
    const where = `item ${place++}`;
    const exact = pending.length === 0 && taken + size <= limit ? exactBatch(item, inputs, where) : undefined;
    if (exact !== undefined) {
      taken += size;
      batches++;
      yield { bytes: exact, samples: size };
    } else {
      for (const sample of itemSamples(item, inputs, where)) {
        if (taken >= limit) break;
        pending.push(sample);
        taken++;
        if (pending.length < size) continue;
        batches++;
        yield { bytes: join(pending, inputs), samples: size };
        pending = [];
      }
    }
    if (taken >= limit) break;
    // A loader that never waits for anything would keep the event loop from turning.
    await setImmediate();
  }
  if (taken === 0) throw new CalibrtError('ERR_DATA_EMPTY', 'the calibration loader ended before the first sample');
  if (pending.length === 0) return;
  const rest = `the last ${pending.length} of ${taken} samples do not fill a batch of ${size}`;
  if (lastBatch === 'pad') {
    onWarning?.(`${rest}: it is padded by repeating them`);
    yield {
      bytes: join(
        Array.from({ length: size }, (_, index) => pending[index % pending.length]!),
        inputs,
      ),
      samples: pending.length,
    };
    return;
  }
  if (batches === 0) {
    throw new CalibrtError(
      'ERR_DATA_EMPTY',
      `${rest}, and there is no other: give more samples, a smaller batch, or lastBatch 'pad'`,
    );
  }
  onWarning?.(`${rest}: they are left out`);
}

/** What the loader throws is the user's, and said to be so. */
async function* guarded(samples: CalibrationSamples): AsyncGenerator<IterableSample, void> {
  try {
    // Closes the loader where the consumer stops early.
    yield* samples;
  } catch (cause) {
    if (cause instanceof CalibrtError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CalibrtError('ERR_DATA_FORMAT', `the calibration loader threw: ${reason}`, { cause });
  }
}

function join(samples: readonly Sample[], inputs: readonly ModelInput[]): Uint8Array[] {
  return inputs.map(({ name }) => {
    const parts = samples.map(({ inputs: tensors }) => bytesOf(tensors[name]!.data));
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  });
}
