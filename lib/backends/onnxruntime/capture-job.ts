import { summarizeSample } from '../../data/index.js';
import type { NamedTensors, Tensor } from '../../data/tensor.js';
import { CalibrtError } from '../../errors.js';
import { native } from '../../native.js';
import { ownRows, padBatch } from './fixed-batch.js';
import { openSource, peakRssMb, type JobContext } from './job-context.js';
import type { CaptureJob, CaptureResult } from './protocol.js';
import { Session } from './runtime.js';

/**
 * Runs the FP32 model over the samples; each exposed tensor's values go into its statistics in place and are let go at once, so
 * memory does not grow with the number of samples.
 */
export async function capture(job: CaptureJob, context: JobContext): Promise<CaptureResult> {
  const addon = native();
  const source = await openSource(job.source, job.batch, context);
  const session = await Session.open(job.model, { threads: job.threads, exactQdq: true, name: job.name });
  let samples = 0;
  let allZero = true;
  let firstSample: CaptureResult['firstSample'] = {};
  const tensors = job.tensors.filter((name) => !job.skipOtherTypes || session.typeOf(name) === 'float32');
  const statistics = tensors.map(() => new addon.Statistics());
  // A tensor may be a network input, which a run does not return.
  const isInput = new Set(session.inputNames);
  const fetched = tensors.filter((name) => !isInput.has(name));

  for await (const batch of source.batches) {
    const count = batch.names.length;
    if (samples === 0) firstSample = summarize(batch.inputs);
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
    const done = samples + source.skipped();
    context.onProgress({ phase: 'calibrate', done, ...(source.total === undefined ? {} : { total: source.total }) });
  }
  await session.dispose();
  return {
    statistics: new Map(tensors.map((name, index) => [name, statistics[index]!.serialize()])),
    samples,
    skipped: source.skipped(),
    allZero,
    firstSample,
    instructionSet: addon.instructionSet,
    peakRssMb: peakRssMb(),
  };
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

function isNonZero(value: number | bigint): boolean {
  return value != 0;
}

function summarize(inputs: NamedTensors): CaptureResult['firstSample'] {
  return Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, summarizeSample(tensor)]));
}
