import { availableParallelism } from 'node:os';
import type { MetricSpec } from '../../accuracy/index.js';
import type { ComparedNames, CompareResult, SampleSource, WorkerProcess } from '../../backends/onnxruntime/index.js';
import { fixedBatch, modelInputs, type Batch } from '../../data/index.js';
import type { Model } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import { firstSamples } from '../calibration/first-samples.js';
import type { DrawnSamples } from '../calibration/samples.js';

/** Samples per run where the network leaves it free: enough to keep the cores busy, little enough to stay small. */
const COMPARE_BATCH = 8;

/** Two models, by path. */
export interface ModelPair {
  readonly reference: string;
  readonly candidate: string;
}

/** What is looked at beside the standard figures. */
export interface JudgeOptions {
  readonly metric?: MetricSpec | undefined;
  /** Tensors to compare; default: the outputs of the network. */
  readonly tensors?: readonly string[];
  /** What messages call the two; default: the reference and the candidate. */
  readonly names?: ComparedNames;
}

/** The comparison itself, in a worker process that is there already. */
export async function compareOn(
  worker: WorkerProcess,
  interfaceOf: Model,
  options: OperationOptions & ModelPair & JudgeOptions & { exactQdq: boolean; batch?: number; threads?: number },
  source: SampleSource,
  stream?: AsyncIterable<Batch>,
): Promise<CompareResult> {
  const { reference, candidate, exactQdq, batch, threads, metric, tensors, names, ...operation } = options;
  const fixed = fixedBatch(modelInputs(interfaceOf.inputs));
  return worker.run(
    {
      kind: 'compare',
      reference,
      candidate,
      ...(names === undefined ? {} : { names }),
      outputs: tensors ?? interfaceOf.outputs.map(({ name }) => name),
      source,
      // A metric takes the samples one by one, and not every output has a row for each of several.
      batch: fixed ?? batch ?? (metric === undefined ? COMPARE_BATCH : 1),
      fixedBatch: fixed !== undefined,
      threads: threads ?? availableParallelism(),
      exactQdq,
      ...(metric === undefined ? {} : { metric }),
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
