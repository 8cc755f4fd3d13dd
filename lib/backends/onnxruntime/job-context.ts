import { openDataset, readBatches, type Batch } from '../../data/index.js';
import type { Progress } from '../../progress.js';
import type { CaptureState, SampleSource } from './protocol.js';

/** What a job may use of the process it runs in. */
export interface JobContext {
  /** The parent's batches, for a job whose source is a stream. */
  readonly stream: () => AsyncIterable<Batch>;
  readonly onProgress: (progress: Progress) => void;
  readonly onWarning: (message: string) => void;
  readonly onCheckpoint: (state: CaptureState) => void;
}

/** Samples of a source, in a fixed order, with what was skipped on the way. */
export interface OpenedSource {
  readonly batches: AsyncIterable<Batch>;
  readonly total?: number;
  /** Samples that could not be read, so far. */
  readonly skipped: () => number;
}

/** Opens a job's samples, `batch` at a time. */
export async function openSource(source: SampleSource, batch: number, context: JobContext): Promise<OpenedSource> {
  if (source.kind === 'stream') {
    return {
      batches: context.stream(),
      ...(source.total === undefined ? {} : { total: source.total }),
      skipped: () => 0,
    };
  }
  let skipped = 0;
  const dataset = await openDataset(source.spec, source.inputs);
  const onSkip = (name: string, reason: string): void => {
    skipped++;
    context.onWarning(`skipped ${name}: ${reason}`);
  };
  const { indices, drawn, take } = source;
  const part = { ...(drawn === undefined ? {} : { drawn }), ...(take === undefined ? {} : { take }) };
  const batches = readBatches(dataset, indices, { batch, onSkip, ...part });
  return { batches, total: Math.min(indices.length, take ?? Infinity), skipped: () => skipped };
}

/** Peak resident memory of this process, in MiB. */
export function peakRssMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}
