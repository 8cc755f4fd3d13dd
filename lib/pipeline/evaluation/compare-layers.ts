import type { OutputMetrics } from '../../accuracy/index.js';
import type { SampleSource, WorkerProcess } from '../../backends/onnxruntime/index.js';
import { activationTensors, cleanModel, exposeTensors, openModel, type Model } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import type { Workspace } from '../workspace.js';
import { compareOn, type ModelPair } from './compare-models.js';

/** One tensor that both models make, and how far the candidate's is from the reference's. */
export interface LayerMetrics extends OutputMetrics {
  readonly tensor: string;
  /** The candidate's node that makes it. */
  readonly node: string;
  readonly opType: string;
}

/** What {@link compareLayers} works with. */
export interface LayerComparison extends OperationOptions, ModelPair {
  readonly exactQdq: boolean;
  readonly threads?: number;
  readonly source: SampleSource;
}

/**
 * Compares the tensors that both models make under the same name, in the candidate's order. The reference's graph is cleaned
 * first: a quantized model was made from a cleaned one, and where BatchNormalization is folded, only what comes after it is the
 * same tensor.
 *
 * A tensor is compared as its node makes it, before any Q/DQ behind it: its error is what the quantized inputs of that node and
 * all before have cost.
 *
 * @returns Empty where the models have no inner tensor in common.
 */
export async function compareLayers(
  worker: WorkerProcess,
  workspace: Workspace,
  comparison: LayerComparison,
): Promise<readonly LayerMetrics[]> {
  const { reference, candidate, exactQdq, source, threads, signal, onProgress } = comparison;
  const [expected, actual] = await Promise.all([openModel(reference), openModel(candidate)]);
  await cleanModel(expected, {
    evaluate: (bytes, feeds) => worker.run({ kind: 'evaluate', model: bytes, feeds }, { ...(signal && { signal }) }),
  });
  const tensors = commonTensors(expected, actual);
  if (tensors.length === 0) return [];
  const pair = {
    reference: workspace.path('reference-layers.onnx'),
    candidate: workspace.path('candidate-layers.onnx'),
  };
  await Promise.all([
    exposeTensors(expected, tensors).save(pair.reference, { temporary: true }),
    exposeTensors(actual, tensors).save(pair.candidate, { temporary: true }),
  ]);
  const { outputs } = await compareOn(
    worker,
    actual,
    {
      ...pair,
      exactQdq,
      tensors,
      // All tensors of a run are in memory at a time.
      batch: 1,
      ...(threads === undefined ? {} : { threads }),
      ...(signal && { signal }),
      ...(onProgress && { onProgress: (progress) => onProgress({ ...progress, phase: 'layers' }) }),
    },
    source,
  );
  return tensors.map((tensor) => {
    const { name, opType } = actual.graph.producer(tensor)!;
    return { tensor, node: name, opType, ...outputs[tensor]! };
  });
}

function commonTensors(expected: Model, actual: Model): string[] {
  const known = new Set([...activationTensors(expected), ...expected.outputs.map(({ name }) => name)]);
  const inputs = new Set(expected.inputs.map(({ name }) => name));
  return actual.nodes
    .flatMap((node) => node.outputs)
    .filter((tensor) => known.has(tensor) && !inputs.has(tensor) && expected.graph.producer(tensor) !== undefined);
}
