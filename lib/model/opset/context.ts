import type { Tensor } from '../../data/tensor.js';
import { CalibrtError } from '../../errors.js';
import { addConstant } from '../constants.js';
import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';

/** What an upgrade step may use. */
export interface UpgradeContext {
  /** Where messages say that the model came from. */
  readonly path: string;
  /** The graph that the node is in: the main one, or the body of a control-flow operator. */
  readonly graph: Graph;
  /** The main graph, which gives out names. */
  readonly main: Graph;
  /** The version that the step leads to. */
  readonly version: number;
}

/** Rewrites one node from the form of operator set `version - 1` to that of `version`. */
export type Upgrade = (node: GraphNode, context: UpgradeContext) => void | Promise<void>;

/** Adds a constant named after the node's output. */
export function constantFor(node: GraphNode, context: UpgradeContext, what: string, tensor: Tensor): string {
  return addConstant(context.graph, `${node.outputs[0] ?? node.name}_${what}`, tensor, context.main);
}

/** The error for a form that has no equal in the newer operator set. */
export function unsupported(node: GraphNode, context: UpgradeContext, what: string): CalibrtError {
  return new CalibrtError(
    'ERR_MODEL_UNSUPPORTED',
    `${context.path}: node "${node.name}" (${node.opType}) ${what}, which operator set ${context.version} cannot express: ` +
      `export the model again with operator set 13 or newer`,
  );
}
