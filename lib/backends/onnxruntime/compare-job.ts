import { isInTop, MetricsAccumulator } from '../../accuracy/metrics.js';
import type { NamedTensors, Tensor } from '../../data/tensor.js';
import { CalibrtError } from '../../errors.js';
import { ownRows, padBatch } from './fixed-batch.js';
import { openSource, peakRssMb, type JobContext } from './job-context.js';
import { numbers } from './numbers.js';
import type { CompareJob, CompareResult } from './protocol.js';
import { Session } from './runtime.js';

/** Runs both models over the samples and keeps sums only. */
export async function compare(job: CompareJob, context: JobContext): Promise<CompareResult> {
  const source = await openSource(job.source, job.batch, context);
  const reference = await Session.open(job.reference, { threads: job.threads, exactQdq: true });
  const candidate = await Session.open(job.candidate, { threads: job.threads, exactQdq: job.exactQdq });
  const metrics = new Map(job.outputs.map((name) => [name, new MetricsAccumulator()]));
  const hits = new HitCounter(job.outputs[0]);
  let samples = 0;

  for await (const batch of source.batches) {
    const count = batch.names.length;
    const size = job.fixedBatch ? job.batch : count;
    const feeds = padBatch(batch, size);
    const rows = (tensor: Tensor): ArrayLike<number> => numbers(ownRows(tensor, count, size));
    await reference.run(feeds, job.outputs, async (expected) => {
      await candidate.run(feeds, job.outputs, (actual) => {
        for (const [name, accumulator] of metrics) {
          accumulator.add(rows(expected[name]!), rows(actual[name]!), expected[name]!.shape.at(-1) ?? 1);
        }
        hits.add(expected, actual, rows, batch.labels);
      });
    });
    samples += count;
    const done = samples + source.skipped();
    context.onProgress({ phase: 'verify', done, ...(source.total === undefined ? {} : { total: source.total }) });
  }
  await Promise.all([reference.dispose(), candidate.dispose()]);
  if (samples === 0) throw new CalibrtError('ERR_DATA_EMPTY', 'there was no sample to compare the models on');
  return {
    samples,
    skipped: source.skipped(),
    outputs: Object.fromEntries([...metrics].map(([name, accumulator]) => [name, accumulator.result()])),
    ...hits.result(),
    peakRssMb: peakRssMb(),
  };
}

/** Counts labelled samples whose class the first output finds. */
class HitCounter {
  readonly #output: string | undefined;
  readonly #top = { reference: { top1: 0, top5: 0 }, candidate: { top1: 0, top5: 0 } };
  #count = 0;

  constructor(output: string | undefined) {
    this.#output = output;
  }

  add(
    expected: NamedTensors,
    actual: NamedTensors,
    rows: (tensor: Tensor) => ArrayLike<number>,
    labels: readonly (number | undefined)[] | undefined,
  ): void {
    if (this.#output === undefined || labels === undefined) return;
    const pairs = [
      [this.#top.reference, rows(expected[this.#output]!)],
      [this.#top.candidate, rows(actual[this.#output]!)],
    ] as const;
    labels.forEach((label, index) => {
      if (label === undefined) return;
      this.#count++;
      for (const [top, values] of pairs) {
        const length = values.length / labels.length;
        if (isInTop(values, index * length, length, label, 1)) top.top1++;
        if (isInTop(values, index * length, length, label, 5)) top.top5++;
      }
    });
  }

  result(): Pick<CompareResult, 'labelled'> {
    const count = this.#count;
    if (count === 0) return {};
    const share = ({ top1, top5 }: { top1: number; top5: number }): { top1: number; top5: number } => ({
      top1: top1 / count,
      top5: top5 / count,
    });
    return { labelled: { count, reference: share(this.#top.reference), candidate: share(this.#top.candidate) } };
  }
}
