import { availableParallelism } from 'node:os';
import { parseMetric, type MetricSpec } from '../../accuracy/index.js';
import { WorkerProcess, type CompareResult, type SampleSource } from '../../backends/onnxruntime/index.js';
import type { RuntimeOptions } from '../../backends/tensorrt/index.js';
import { fixedBatch, modelInputs, type Batch } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { openModel, type Model } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import { compareLayers, type LayerMetrics } from './compare-layers.js';
import { evaluatePlans, isPlan } from './evaluate-plan.js';
import { firstSamples } from '../calibration/first-samples.js';
import { allSamples, type DrawnSamples, type SampleOptions } from '../calibration/samples.js';
import { checkSameInterface } from './same-interface.js';
import { Workspace } from '../workspace.js';

/** Samples per run where the network leaves it free: enough to keep the cores busy, little enough to stay small. */
const COMPARE_BATCH = 8;

/** Samples that the layers are compared on: each tensor's figure pools far more values than an output's. */
const LAYER_SAMPLES = 32;

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
  /** Judges the outputs beside: a metric in the command line's words (`sqnr:scores[...,1]`, `top1`, `metric.mjs`). */
  readonly metric?: string;
}

/** Options of {@link evaluate}. */
export interface EvaluateOptions extends CompareOptions, RuntimeOptions {
  /** Also compare the tensors inside that both models have, on at most 32 of the samples. Default false. */
  readonly layers?: boolean;
}

/** What {@link evaluate} found. */
export interface EvaluationResult extends CompareResult {
  /** The tensors inside, in the candidate's order, where they were asked for. */
  readonly layers?: readonly LayerMetrics[];
}

/** Two models, by path. */
export interface ModelPair {
  readonly reference: string;
  readonly candidate: string;
}

/**
 * Runs two models over the same samples on the CPU and pools how far the candidate's outputs are from the reference's. Q/DQ
 * is executed as written, in float: what the model means, not what a CPU's integer kernels make of it. Either may be an engine
 * plan, which runs on the GPU.
 *
 * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` where the two have other inputs or outputs; `ERR_DATA_*`; `ERR_ABORTED`; for a plan also as
 *   `loadEngine` throws.
 */
export async function evaluate(
  reference: string,
  candidate: string,
  options: EvaluateOptions,
): Promise<EvaluationResult> {
  const metric = options.metric === undefined ? undefined : parseMetric(options.metric);
  if ((await isPlan(reference)) || (await isPlan(candidate))) {
    if (!options.layers) return evaluatePlans(reference, candidate, options);
    throw new CalibrtError(
      'ERR_USAGE',
      '--layers compares models: what lies inside an engine cannot be read; leave it out',
    );
  }
  const [expected, actual] = await Promise.all([openModel(reference), openModel(candidate)]);
  checkSameInterface(expected, actual);
  const samples = await allSamples(options, modelInputs(expected.inputs));
  const layerSource = options.layers ? firstSamples(samples, LAYER_SAMPLES) : undefined;
  await using worker = new WorkerProcess();
  const pair = { reference, candidate, exactQdq: options.exactQdq ?? true };
  const compared = await compareOn(
    worker,
    expected,
    { ...options, ...pair, metric },
    samples.calibration,
    samples.stream,
  );
  if (layerSource === undefined) return compared;
  await using workspace = await Workspace.create();
  const layers = await compareLayers(worker, workspace, { ...options, ...pair, source: layerSource });
  return { ...compared, layers };
}

/** What is looked at beside the standard figures. */
export interface JudgeOptions {
  readonly metric?: MetricSpec | undefined;
  /** Tensors to compare; default: the outputs of the network. */
  readonly tensors?: readonly string[];
}

/** The comparison itself, in a worker process that is there already. */
export async function compareOn(
  worker: WorkerProcess,
  interfaceOf: Model,
  options: OperationOptions & ModelPair & JudgeOptions & { exactQdq: boolean; batch?: number; threads?: number },
  source: SampleSource,
  stream?: AsyncIterable<Batch>,
): Promise<CompareResult> {
  const { reference, candidate, exactQdq, batch, threads, metric, tensors, ...operation } = options;
  const fixed = fixedBatch(modelInputs(interfaceOf.inputs));
  return worker.run(
    {
      kind: 'compare',
      reference,
      candidate,
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
