import { CalibrtError } from '../../errors.js';
import { Graph } from '../graph.js';
import type { Model } from '../model.js';
import type { UpgradeContext } from './context.js';
import { minimumIr, newestOpset, oldestOpset, upgrades } from './table.js';

/** What {@link upgradeOpset} did. */
export interface UpgradeReport {
  readonly from: number;
  readonly to: number;
  /** Nodes that were rewritten. */
  readonly nodes: readonly string[];
}

/**
 * Raises the ONNX operator set to `target` (at most 22) in place, operator by operator, bodies of control flow included. A model
 * that is there already stays as it is.
 *
 * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` naming node and operator where the newer set has no equal, or the model is older
 * than operator set 7, or defines functions of its own.
 */
export async function upgradeOpset(model: Model, target: number): Promise<UpgradeReport> {
  const from = model.opset;
  if (from >= target) return { from, to: from, nodes: [] };
  if (from === 0) {
    // It uses operators of other domains only; those that come in will be ONNX's.
    model.opset = target;
    return { from, to: target, nodes: [] };
  }
  if (target > newestOpset) {
    throw new CalibrtError(
      'ERR_MODEL_UNSUPPORTED',
      `operator set ${target} is not known; at most ${newestOpset} can be written`,
    );
  }
  if (from < oldestOpset) {
    throw new CalibrtError(
      'ERR_MODEL_UNSUPPORTED',
      `${model.path} is of operator set ${from}; ${oldestOpset} or newer is needed: export the model again`,
    );
  }
  if (model.hasFunctions) {
    throw new CalibrtError(
      'ERR_MODEL_UNSUPPORTED',
      `${model.path} defines functions for operator set ${from} and cannot be raised to ${target}: export it again with that set`,
    );
  }
  const nodes = new Set<string>();
  for (let version = from + 1; version <= target; version++) {
    await upgradeGraph({ path: model.path, graph: model.graph, main: model.graph, version }, nodes);
  }
  model.opset = target;
  model.irVersion = Math.max(model.irVersion, minimumIr(target));
  return { from, to: target, nodes: [...nodes] };
}

async function upgradeGraph(context: UpgradeContext, changed: Set<string>): Promise<void> {
  const steps = upgrades[context.version] ?? {};
  for (const node of context.graph.nodes) {
    const step = node.domain === '' ? steps[node.opType] : undefined;
    if (step) {
      await step(node, context);
      changed.add(node.name);
    }
    if (!node.subgraphs) continue;
    for (const [name, attribute] of node.attributes) {
      if (attribute.type !== 'graph') continue;
      const body = Graph.parse(attribute.value, (file) => file);
      await upgradeGraph({ ...context, graph: body }, changed);
      if (!body.edited) continue;
      node.setAttribute(name, { type: 'graph', value: Buffer.concat([...body.pieces()]) });
      changed.add(node.name);
    }
  }
}
