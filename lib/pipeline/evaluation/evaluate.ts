import { parseMetric } from '../../accuracy/index.js';
import { WorkerProcess, type CompareResult } from '../../backends/onnxruntime/index.js';
import type { RuntimeOptions } from '../../backends/tensorrt/index.js';
import { modelInputs } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { openModel } from '../../model/index.js';
import { firstSamples } from '../calibration/first-samples.js';
import { allSamples } from '../calibration/samples.js';
import { Workspace } from '../workspace.js';
import { compareLayers, type LayerMetrics } from './compare-layers.js';
import { compareOn } from './compare-models.js';
import type { CompareOptions } from './compare-options.js';
import { evaluatePlans, isPlan } from './evaluate-plan.js';
import { checkSameInterface } from './same-interface.js';

/** Samples that the layers are compared on: each tensor's figure pools far more values than an output's. */
const LAYER_SAMPLES = 32;

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

/**
 * Runs two models over the same samples on the CPU and pools how far the candidate's outputs are from the reference's. Q/DQ
 * is executed as written, in float: what the model means, not what a CPU's integer kernels make of it. Either may be an engine
 * plan, which runs on the GPU.
 *
 * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` where the two have other inputs or outputs; `ERR_DATA_*`, `ERR_DATA_NOT_FINITE` too where the
 *   reference has no finite figure of the metric; `ERR_ABORTED`; for a plan also as
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
    { ...options, ...pair, names: { reference, candidate }, metric },
    samples.calibration,
    samples.stream,
  );
  if (layerSource === undefined) return compared;
  await using workspace = await Workspace.create();
  const layers = await compareLayers(worker, workspace, { ...options, ...pair, source: layerSource });
  return { ...compared, layers };
}
