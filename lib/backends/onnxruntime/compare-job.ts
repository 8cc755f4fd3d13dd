import { padBatch } from './fixed-batch.js';
import { openSource, peakRssMb, type JobContext } from './job-context.js';
import { insistsOnLabels, OutputComparison } from './output-comparison.js';
import type { CompareJob, CompareResult } from './protocol.js';
import { Session } from './runtime.js';

/** Runs both models over the samples and keeps sums only. */
export async function compare(job: CompareJob, context: JobContext): Promise<CompareResult> {
  const spec = { ...job, insistOnLabels: insistsOnLabels(job.source, job.metric) };
  const comparison = await OutputComparison.open(spec, context.onWarning);
  const source = await openSource(job.source, job.batch, context);
  const reference = await Session.open(job.reference, { threads: job.threads, exactQdq: true });
  const candidate = await Session.open(job.candidate, { threads: job.threads, exactQdq: job.exactQdq });

  for await (const batch of source.batches) {
    const size = job.fixedBatch ? job.batch : batch.names.length;
    const feeds = padBatch(batch, size);
    await reference.run(feeds, job.outputs, (expected) =>
      candidate.run(feeds, job.outputs, (actual) => comparison.add(batch, expected, actual, size)),
    );
    const done = comparison.samples + source.skipped();
    context.onProgress({ phase: 'verify', done, ...(source.total === undefined ? {} : { total: source.total }) });
  }
  await Promise.all([reference.dispose(), candidate.dispose()]);
  return { ...(await comparison.result()), skipped: source.skipped(), peakRssMb: peakRssMb() };
}
