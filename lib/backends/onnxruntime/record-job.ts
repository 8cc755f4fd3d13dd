import type { NamedTensors } from '../../data/tensor.js';
import { BatchWriter, countStored, storedBatches } from './batch-store.js';
import { padBatch } from './fixed-batch.js';
import { openSource, peakRssMb, type JobContext, type OpenedSource } from './job-context.js';
import type { RecordJob, RecordResult } from './protocol.js';
import { Session } from './runtime.js';

/** Runs a network over samples and stores what it makes of each batch, padding included. */
export async function record(job: RecordJob, context: JobContext): Promise<RecordResult> {
  const source = await openRecorded(job, context);
  const writer = await BatchWriter.create(job.folder);
  const session =
    job.model === undefined
      ? undefined
      : await Session.open(job.model, { threads: job.threads, exactQdq: job.exactQdq, name: job.name });
  const fed = new Set(session?.inputNames);
  let samples = 0;
  let first: NamedTensors | undefined;
  for await (const batch of source.batches) {
    const inputs =
      job.source.kind === 'stored' ? batch.inputs : padBatch(batch, job.fixedBatch ? job.batch : batch.names.length);
    const feeds = Object.fromEntries(Object.entries(inputs).filter(([name]) => fed.has(name)));
    const made = job.tensors.filter((name) => !(name in inputs));
    const store = async (outputs: NamedTensors): Promise<void> => {
      const tensors = Object.fromEntries(job.tensors.map((name) => [name, inputs[name] ?? outputs[name]!]));
      first ??= tensors;
      await writer.write({ ...batch, inputs: tensors });
    };
    await (session === undefined ? store({}) : session.run(feeds, made, store));
    samples += batch.names.length;
    const done = samples + source.skipped();
    context.onProgress({ phase: job.phase, done, ...(source.total === undefined ? {} : { total: source.total }) });
  }
  await session?.dispose();
  const shapes = Object.entries(first ?? {}).map(([name, { dtype, shape }]) => [name, { dtype, shape }] as const);
  return { samples, skipped: source.skipped(), tensors: Object.fromEntries(shapes), peakRssMb: peakRssMb() };
}

async function openRecorded({ source, batch }: RecordJob, context: JobContext): Promise<OpenedSource> {
  if (source.kind !== 'stored') return openSource(source, batch, context);
  const { folder } = source;
  return { batches: storedBatches(folder), total: (await countStored(folder)) * batch, skipped: () => 0 };
}
