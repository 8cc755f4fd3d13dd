import { storedBatches } from './batch-store.js';
import { peakRssMb, type JobContext } from './job-context.js';
import { OutputComparison } from './output-comparison.js';
import type { CompareResult, CompareStoredJob } from './protocol.js';

/** Compares outputs that were stored, batch by batch; runs nothing. */
export async function compareStored(job: CompareStoredJob, context: JobContext): Promise<CompareResult> {
  const comparison = await OutputComparison.open(job, context.onWarning);
  const candidates = storedBatches(job.candidateOutputs);
  for await (const batch of storedBatches(job.referenceOutputs)) {
    const candidate = await candidates.next();
    if (candidate.done === true) break;
    const size = job.fixedBatch ? job.batch : batch.names.length;
    await comparison.add(batch, batch.inputs, candidate.value.inputs, size);
  }
  return { ...(await comparison.result()), skipped: 0, peakRssMb: peakRssMb() };
}
