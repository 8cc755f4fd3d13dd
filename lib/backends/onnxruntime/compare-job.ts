import {
  HitCounter,
  MetricsAccumulator,
  numbers,
  openMetric,
  samplePairs,
  type MetricPass,
  type SampleLabels,
} from '../../accuracy/index.js';
import type { NamedTensors, Tensor } from '../../data/tensor.js';
import { CalibrtError } from '../../errors.js';
import { ownRows, padBatch } from './fixed-batch.js';
import { openSource, peakRssMb, type JobContext } from './job-context.js';
import type { CompareJob, CompareResult } from './protocol.js';
import { Session } from './runtime.js';

/** Runs both models over the samples and keeps sums only. */
export async function compare(job: CompareJob, context: JobContext): Promise<CompareResult> {
  const judge = await openJudge(job);
  const source = await openSource(job.source, job.batch, context);
  const reference = await Session.open(job.reference, { threads: job.threads, exactQdq: true });
  const candidate = await Session.open(job.candidate, { threads: job.threads, exactQdq: job.exactQdq });
  const metrics = new Map(job.outputs.map((name) => [name, new MetricsAccumulator()]));
  const labels = new LabelCheck(job, context);
  let samples = 0;

  for await (const batch of source.batches) {
    const count = batch.names.length;
    const size = job.fixedBatch ? job.batch : count;
    const feeds = padBatch(batch, size);
    const rows = (tensor: Tensor): ArrayLike<number> =>
      numbers({ dtype: tensor.dtype, data: ownRows(tensor, count, size) });
    await reference.run(feeds, job.outputs, async (expected) => {
      await candidate.run(feeds, job.outputs, async (actual) => {
        checkSameSizes(expected, actual, job);
        for (const [name, accumulator] of metrics) {
          accumulator.add(rows(expected[name]!), rows(actual[name]!), expected[name]!.shape.at(-1) ?? 1);
        }
        labels.add(batch, expected, actual, size);
        if (judge === undefined) return;
        for (const pair of samplePairs(batch, expected, actual, size)) {
          await judge.reference.add({ ...pair, candidate: pair.reference });
          await judge.candidate.add(pair);
        }
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
    ...labels.result(),
    ...(judge === undefined
      ? {}
      : {
          metric: {
            name: judge.name,
            reference: await judge.reference.result(),
            candidate: await judge.candidate.result(),
          },
        }),
    peakRssMb: peakRssMb(),
  };
}

/** The metric that was asked for, of the reference itself and of the candidate. */
interface Judge {
  readonly name: string;
  readonly reference: MetricPass;
  readonly candidate: MetricPass;
}

async function openJudge({ metric: spec, outputs }: CompareJob): Promise<Judge | undefined> {
  if (spec === undefined) return undefined;
  const metric = await openMetric(spec, outputs);
  return { name: metric.name, reference: metric.start(), candidate: metric.start() };
}

function checkSameSizes(expected: NamedTensors, actual: NamedTensors, { outputs, candidate }: CompareJob): void {
  for (const name of outputs) {
    const [a, b] = [expected[name]!, actual[name]!];
    if (a.data.length === b.data.length) continue;
    throw new CalibrtError(
      'ERR_MODEL_UNSUPPORTED',
      `output ${name} of ${candidate} is [${b.shape.join(', ')}], the reference's is [${a.shape.join(', ')}]: only outputs of one ` +
        'shape can be compared',
    );
  }
}

/** Hits of both models on the first output, where samples have labels. */
class LabelCheck {
  readonly #reference: HitCounter;
  readonly #candidate: HitCounter;
  readonly #insist: boolean;
  #off: boolean;

  constructor(
    private readonly job: CompareJob,
    private readonly context: JobContext,
  ) {
    const [output] = job.outputs;
    this.#reference = new HitCounter(output ?? '');
    this.#candidate = new HitCounter(output ?? '');
    this.#off = output === undefined;
    // Subfolders may be there for other reasons than classes.
    this.#insist =
      (job.source.kind === 'dataset' && job.source.spec.labels !== undefined) ||
      job.metric?.kind === 'top1' ||
      job.metric?.kind === 'top5';
  }

  add(batch: SampleLabels, expected: NamedTensors, actual: NamedTensors, size: number): void {
    if (this.#off || batch.labels === undefined) return;
    const [output = ''] = this.job.outputs;
    const first = (outputs: NamedTensors): NamedTensors => ({ [output]: outputs[output]! });
    try {
      for (const { name, label, reference, candidate } of samplePairs(batch, first(expected), first(actual), size)) {
        this.#reference.add(name, label, reference);
        this.#candidate.add(name, label, candidate);
      }
    } catch (error) {
      if (this.#insist || !(error instanceof CalibrtError)) throw error;
      this.#off = true;
      this.context.onWarning(`top-1 and top-5 are left out: ${error.message}`);
    }
  }

  result(): Pick<CompareResult, 'labelled'> {
    const count = this.#reference.labelled;
    if (this.#off || count === 0) return {};
    return { labelled: { count, reference: this.#reference.shares, candidate: this.#candidate.shares } };
  }
}
