import { WorkerProcess } from '../../backends/onnxruntime/index.js';
import { castModel, insertQdq, placeQdq, type Model, type Placement } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import { symmetricRange } from '../../tables/index.js';
import { placementOptions } from '../placement-options.js';
import { prepareModel } from '../prepare.js';

/** What an engine with such ranges is called, so that nobody takes it for a calibrated one. */
export const placeholderName = 'calibrt: PLACEHOLDER INT8 RANGES, FOR TIMING ALONE';

const pools = ['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'LpPool'];

/**
 * Writes a copy of a model with Q/DQ whose ranges have nothing to do with it: those that trtexec 10 gives an INT8 network without any.
 *
 * @returns the number of tensors with such a range
 * @throws CalibrtError as `prepareModel` throws; `ERR_OUTPUT`.
 */
export async function insertPlaceholderRanges(
  path: string,
  output: string,
  options: OperationOptions & { readonly fp16?: boolean } = {},
): Promise<number> {
  await using worker = new WorkerProcess();
  const { model } = await prepareModel(path, worker, options);
  const placement = placeQdq(model, placementOptions({ form: 'tensorrt' }));
  const scales = placeholderScales(model, placement);
  await insertQdq(model, placement, scales, { weightStorage: 'int8' });
  if (options.fp16) await castModel(model, { type: 'float16' });
  await model.save(output);
  return scales.size;
}

/** 2 for the network's inputs and what pooling gives, 4 for all else, and for an input that a Concat reads first. */
function placeholderScales(
  { graph, inputs }: Model,
  { activations }: Placement,
): ReadonlyMap<string, { readonly scale: number }> {
  const inputNames = new Set(inputs.map(({ name }) => name));
  const amax = (tensor: string): number => {
    if (inputNames.has(tensor)) return graph.nodes.find((node) => node.inputs.includes(tensor))?.is('Concat') ? 4 : 2;
    return pools.some((pool) => graph.producer(tensor)?.is(pool)) ? 2 : 4;
  };
  return new Map(activations.map(({ tensor }) => [tensor, { scale: symmetricRange(amax(tensor)).scale }]));
}
