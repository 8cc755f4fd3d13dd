import { NearDuplicateFinder, summarizeSample } from '../../data/index.js';
import type { NamedTensors, Tensor } from '../../data/tensor.js';
import { CalibrtError } from '../../errors.js';
import { native } from '../../native.js';
import { ownRows, padBatch } from './fixed-batch.js';
import { openSource, peakRssMb, type JobContext } from './job-context.js';
import type { CaptureJob, CaptureResult, CaptureState, SampleSource } from './protocol.js';
import { Session } from './runtime.js';
import { ThresholdRecorder } from './threshold-trail.js';

/**
 * Runs the FP32 model over the samples; each exposed tensor's values go into its statistics in place and are let go at once, so
 * memory does not grow with the number of samples.
 */
export async function capture(job: CaptureJob, context: JobContext): Promise<CaptureResult> {
  const addon = native();
  const { from } = job;
  const source = await openSource(rest(job.source, from), job.batch, context);
  const session = await Session.open(job.model, { threads: job.threads, exactQdq: true, name: job.name });
  let samples = from?.samples ?? 0;
  let allZero = from?.allZero ?? true;
  let firstSample: CaptureResult['firstSample'] = from?.firstSample ?? {};
  const tensors = job.tensors.filter((name) => !job.skipOtherTypes || session.typeOf(name) === 'float32');
  const statistics = tensors.map((name) => {
    const known = from?.statistics.get(name);
    return known === undefined ? new addon.Statistics() : addon.Statistics.deserialize(known);
  });
  const total = source.total === undefined ? undefined : (from?.consumed ?? 0) + source.total;
  const inputRanges: Record<string, { min: number; max: number }> = {};
  const duplicates = new NearDuplicateFinder();
  const trail = new ThresholdRecorder(statistics, total, job.threads);
  let checkpointed = performance.now();
  // A tensor may be a network input, which a run does not return.
  const isInput = new Set(session.inputNames);
  const fetched = tensors.filter((name) => !isInput.has(name));

  for await (const batch of source.batches) {
    const count = batch.names.length;
    const summary = summarize(batch.inputs);
    if (samples === 0) firstSample = summary;
    for (const [name, range] of Object.entries(summary)) inputRanges[name] = union(inputRanges[name], range);
    duplicates.add(batch);
    allZero &&= Object.values(batch.inputs).every(({ data }) => !data.some(isNonZero));
    const feeds = padBatch(batch, job.batch);
    await session.run(feeds, fetched, (outputs) => {
      const values = tensors.map((name) => {
        const tensor = floats(name, outputs[name] ?? feeds[name]);
        // What a batch filled by repetition makes of a tensor that has no row per sample counts only where there is no other.
        const isFilled = count < job.batch && tensor.shape[0] !== job.batch;
        return isFilled && samples > 0 ? new Float32Array() : ownRows(tensor, count, job.batch);
      });
      addon.accumulateAll(statistics, values, job.threads);
    });
    samples += count;
    await trail.at(samples);
    const skipped = (from?.skipped ?? 0) + source.skipped();
    context.onProgress({ phase: 'calibrate', done: samples + skipped, ...(total === undefined ? {} : { total }) });
    if (job.checkpointMs !== undefined && performance.now() - checkpointed >= job.checkpointMs) {
      checkpointed = performance.now();
      context.onCheckpoint(state());
    }
  }
  await session.dispose();
  return {
    ...state(),
    inputRanges,
    duplicates: duplicates.result(),
    trail: await trail.finish(samples),
    instructionSet: addon.instructionSet,
    peakRssMb: peakRssMb(),
  };

  function state(): CaptureState {
    const skipped = (from?.skipped ?? 0) + source.skipped();
    return {
      consumed: samples + skipped,
      statistics: new Map(tensors.map((name, index) => [name, statistics[index]!.serialize()])),
      samples,
      skipped,
      allZero,
      firstSample,
    };
  }
}

/** What of a source an earlier run has left. */
function rest(source: SampleSource, from: CaptureState | undefined): SampleSource {
  if (from === undefined || source.kind === 'stream') return source;
  return { ...source, indices: source.indices.slice(from.consumed) };
}

function floats(name: string, tensor: Tensor | undefined): Tensor & { data: Float32Array } {
  if (tensor === undefined || !(tensor.data instanceof Float32Array)) {
    throw new CalibrtError(
      'ERR_MODEL_UNSUPPORTED',
      `tensor ${name} is ${tensor?.dtype ?? 'absent'}, only float32 can be calibrated: exclude the nodes that read it`,
    );
  }
  return { ...tensor, data: tensor.data };
}

function union(
  known: { min: number; max: number } | undefined,
  range: { min: number; max: number },
): {
  min: number;
  max: number;
} {
  return {
    min: Math.min(known?.min ?? Infinity, range.min),
    max: Math.max(known?.max ?? -Infinity, range.max),
  };
}

function isNonZero(value: number | bigint): boolean {
  return value != 0;
}

function summarize(inputs: NamedTensors): CaptureResult['firstSample'] {
  return Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, summarizeSample(tensor)]));
}
