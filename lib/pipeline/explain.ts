import { WorkerProcess } from '../backends/onnxruntime/index.js';
import type { NodeDecision } from '../model/index.js';
import { resolveKinds, type KindOptions } from './kinds/options.js';
import { placeKind } from './kinds/place.js';
import type { ScopeOptions } from './placement-options.js';
import { prepareModel, type PrepareOptions } from './prepare.js';

/** What would be quantized, and why not where not. */
export interface Explanation {
  readonly model: string;
  /** Every node of the cleaned graph, in order. */
  readonly nodes: readonly NodeDecision[];
  readonly warnings: readonly string[];
}

/**
 * Places Q/DQ without calibrating or writing anything.
 *
 * @throws CalibrtError as `quantize` does for the model and the patterns.
 */
export async function explainQuantization(
  path: string,
  given: ScopeOptions & KindOptions & PrepareOptions = {},
): Promise<Explanation> {
  const options = resolveKinds(given);
  await using worker = new WorkerProcess();
  const { model } = await prepareModel(path, worker, options);
  const placement = placeKind(model, options);
  for (const warning of placement.warnings) options.onWarning?.(warning);
  return { model: path, nodes: placement.nodes, warnings: placement.warnings };
}
