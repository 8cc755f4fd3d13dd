import { availableParallelism } from 'node:os';
import { WorkerProcess, type CompareResult, type SampleSource } from '../backends/onnxruntime/index.js';
import { fixedBatch, modelInputs, type Batch } from '../data/index.js';
import { CalibrtError } from '../errors.js';
import { openModel, type Model } from '../model/index.js';
import type { OperationOptions } from '../progress.js';
import { firstSamples } from './first-samples.js';
import { allSamples, type DrawnSamples, type SampleOptions } from './samples.js';

/** Samples per run where the network leaves it free: enough to keep the cores busy, little enough to stay small. */
const COMPARE_BATCH = 8;

/** How two models are compared. */
export interface CompareOptions extends SampleOptions, OperationOptions {
  /** Samples per run; default: what the model is fixed to, else 8. */
  readonly batch?: number;
  /** Default: all cores. */
  readonly threads?: number;
  /**
   * Execute Q/DQ as written, in float (default): what the model means. False: with ONNX Runtime's integer kernels, as a model in
   * its form runs.
   */
  readonly exactQdq?: boolean;
}

/** Two models, by path. */
export interface ModelPair {
  readonly reference: string;
  readonly candidate: string;
}

/**
 * Runs two models over the same samples on the CPU and pools how far the candidate's outputs are from the reference's. Q/DQ
 * is executed as written, in float: what the model means, not what a CPU's integer kernels make of it.
 *
 * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` where the two have other inputs or outputs; `ERR_DATA_*`; `ERR_ABORTED`.
 */
export async function evaluate(reference: string, candidate: string, options: CompareOptions): Promise<CompareResult> {
  const [expected, actual] = await Promise.all([openModel(reference), openModel(candidate)]);
  checkSameInterface(expected, actual);
  const samples = await allSamples(options, modelInputs(expected.inputs));
  await using worker = new WorkerProcess();
  return await compareOn(
    worker,
    expected,
    { ...options, reference, candidate, exactQdq: options.exactQdq ?? true },
    samples.calibration,
    samples.stream,
  );
}

/** The comparison itself, in a worker process that is there already. */
export async function compareOn(
  worker: WorkerProcess,
  interfaceOf: Model,
  options: OperationOptions & ModelPair & { exactQdq: boolean; batch?: number; threads?: number },
  source: SampleSource,
  stream?: AsyncIterable<Batch>,
): Promise<CompareResult> {
  const { reference, candidate, exactQdq, batch, threads, ...operation } = options;
  const fixed = fixedBatch(modelInputs(interfaceOf.inputs));
  return worker.run(
    {
      kind: 'compare',
      reference,
      candidate,
      outputs: interfaceOf.outputs.map(({ name }) => name),
      source,
      batch: fixed ?? batch ?? COMPARE_BATCH,
      fixedBatch: fixed !== undefined,
      threads: threads ?? availableParallelism(),
      exactQdq,
    },
    { ...operation, ...(stream === undefined ? {} : { stream }) },
  );
}

/** Median time of one run of each on the CPU, the two in turn on the same sample, after a warm-up. */
export async function timePair(
  worker: WorkerProcess,
  interfaceOf: Model,
  { reference, candidate }: ModelPair,
  samples: DrawnSamples,
  { threads, ...operation }: OperationOptions & { readonly threads?: number },
): Promise<{ fp32: number; int8: number }> {
  const { medians } = await worker.run(
    {
      kind: 'time',
      models: [reference, candidate],
      source: firstSamples(samples, 1),
      batch: fixedBatch(modelInputs(interfaceOf.inputs)) ?? 1,
      threads: threads ?? availableParallelism(),
    },
    operation,
  );
  return { fp32: medians[0]!, int8: medians[1]! };
}

function checkSameInterface(reference: Model, candidate: Model): void {
  for (const side of ['inputs', 'outputs'] as const) {
    const names = (model: Model): string => model[side].map(({ name }) => name).join(', ');
    if (names(reference) !== names(candidate)) {
      throw new CalibrtError(
        'ERR_MODEL_UNSUPPORTED',
        `${reference.path} has ${side} ${names(reference)}, ${candidate.path} has ${names(candidate)}: only models of the same ` +
          `${side} can be compared`,
      );
    }
  }
}
