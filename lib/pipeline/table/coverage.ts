import { availableParallelism } from 'node:os';
import { WorkerProcess } from '../../backends/onnxruntime/index.js';
import type { Batch } from '../../data/index.js';
import { activationTensors, exposeTensors, openModel, placeQdq, type Model } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import { tableCoverage, type CalibrationTable, type TableCoverage } from '../../tables/index.js';
import { placementOptions, type ScopeOptions } from '../placement-options.js';
import { prepareModel } from '../prepare.js';
import { Workspace } from '../workspace.js';

/** Which tensors need a range: those that Q/DQ stands at, or every float activation, as TensorRT's implicit builds want. */
export type NeededTensors = 'qdq' | 'all';

/** Options of {@link checkCoverage}. */
export interface CoverageOptions extends ScopeOptions, OperationOptions {
  /** Default: `all` for a table that was read from a TensorRT cache or a tpu-mlir table, else `qdq`. */
  readonly tensors?: NeededTensors;
}

/** How a table covers a model. */
export interface ModelCoverage extends TableCoverage {
  readonly model: string;
  readonly tensors: NeededTensors;
  /** Whether the table records this model's hash; null where it records none. */
  readonly sameModel: boolean | null;
}

/**
 * Compares a table with the tensors of a model that need a range.
 *
 * @param path - The FP32 ONNX model.
 * @throws CalibrtError as opening and cleaning the model throw; `ERR_ABORTED`.
 */
export async function checkCoverage(
  table: CalibrationTable,
  path: string,
  options: CoverageOptions = {},
): Promise<ModelCoverage> {
  await using worker = new WorkerProcess();
  const { tensors = table.origin === undefined ? 'qdq' : 'all' } = options;
  const model = await openModel(path);
  const sha256 = await model.sha256();
  const needed =
    tensors === 'qdq' ? await qdqTensors(path, worker, options) : await floatActivations(model, worker, options);
  return {
    model: path,
    tensors,
    sameModel: table.model === undefined ? null : table.model.sha256 === sha256,
    ...tableCoverage(table, needed),
  };
}

async function qdqTensors(path: string, worker: WorkerProcess, options: CoverageOptions): Promise<string[]> {
  const { model } = await prepareModel(path, worker, options);
  return placeQdq(model, placementOptions(options)).activations.map(({ tensor }) => tensor);
}

/** A capture over no sample: ONNX Runtime infers the types, and tensors that are no float32 fall out. */
async function floatActivations(model: Model, worker: WorkerProcess, options: OperationOptions): Promise<string[]> {
  await using workspace = await Workspace.create();
  const exposed = workspace.path('types.onnx');
  const tensors = activationTensors(model);
  await exposeTensors(model, tensors).save(exposed, { temporary: true });
  const { statistics } = await worker.run(
    {
      kind: 'capture',
      model: exposed,
      name: model.path,
      tensors,
      skipOtherTypes: true,
      source: { kind: 'stream' },
      batch: 1,
      threads: availableParallelism(),
    },
    { ...options, stream: noBatches() },
  );
  return [...statistics.keys()];
}

async function* noBatches(): AsyncGenerator<Batch, void> {
  // Nothing to yield: only the types are wanted.
}
