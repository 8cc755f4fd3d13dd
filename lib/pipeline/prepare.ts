import { WorkerProcess } from '../backends/onnxruntime/index.js';
import { checkOperators, cleanModel, openModel, setInputShapes, type CleanReport, type Model } from '../model/index.js';
import type { OperationOptions } from '../progress.js';

/** A model as calibration and Q/DQ insertion want it, with what was done to get there. */
export interface PreparedModel {
  /** The cleaned graph: constants and BatchNorm folded, opset raised; same inputs, outputs and function as the file. */
  readonly model: Model;
  readonly report: CleanReport;
}

/** Options of {@link prepareModel}. */
export interface PrepareOptions extends OperationOptions {
  /** Files that will be written: refused where the model keeps its data in one of them. */
  readonly writes?: readonly (string | undefined)[];
  /** Shapes for inputs whose dimensions are open, by name. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>> | undefined;
}

/**
 * Opens an ONNX file and cleans its graph; constant expressions are evaluated by ONNX Runtime in `worker`.
 *
 * @throws CalibrtError `ERR_MODEL_NOT_FOUND`, `ERR_MODEL_INVALID` or `ERR_MODEL_UNSUPPORTED`.
 */
export async function prepareModel(
  path: string,
  worker: WorkerProcess,
  options: PrepareOptions = {},
): Promise<PreparedModel> {
  const { signal, writes = [] } = options;
  const model = await openModel(path, { signal, writes });
  // Who needs the hash finds it ready: it is made between the steps that follow. Where that fails, they are told.
  model.sha256().catch(() => undefined);
  if (options.inputShapes) setInputShapes(model, new Map(Object.entries(options.inputShapes)));
  checkOperators(model);
  const report = await cleanModel(model, {
    evaluate: (bytes, feeds) => worker.run({ kind: 'evaluate', model: bytes, feeds }, options),
  });
  return { model, report };
}
