import type { Graph } from '../graph.js';
import { inferTypes } from '../infer.js';
import type { GraphNode } from '../node.js';

/** What the rules may ask about the graph. */
export interface Facts {
  readonly graph: Graph;
  /** Whether the tensor is computed (no constant) and float32, as far as is known. */
  isActivation(tensor: string | undefined): tensor is string;
  /** Whether the tensor is a float32 constant. */
  isWeight(tensor: string | undefined): tensor is string;
  /** Its dimensions, where known; null: open. */
  shape(tensor: string | undefined): readonly (number | null)[] | undefined;
  /** Longest path from a graph input, in nodes. */
  depth(tensor: string): number;
}

/** Collects the facts once. `shapes`, from a run, win over what the model states. */
export function gatherFacts(graph: Graph, shapes?: ReadonlyMap<string, readonly number[]>): Facts {
  const types = inferTypes(graph);
  const depths = measureDepths(graph.nodes);
  const stated = new Map(
    [...graph.values, ...graph.outputs, ...graph.inputs].map((value) => [value.name, value.shape]),
  );
  return {
    graph,
    isActivation: (tensor): tensor is string =>
      !!tensor && !graph.initializers.has(tensor) && (types.get(tensor) ?? 'float32') === 'float32',
    isWeight: (tensor): tensor is string => !!tensor && graph.initializers.get(tensor)?.dtype === 'float32',
    shape: (tensor) =>
      tensor === undefined
        ? undefined
        : (shapes?.get(tensor) ??
          graph.initializers.get(tensor)?.dims ??
          stated.get(tensor)?.map((dim) => (typeof dim === 'number' ? dim : null))),
    depth: (tensor) => depths.get(tensor) ?? 0,
  };
}

function measureDepths(nodes: readonly GraphNode[]): Map<string, number> {
  const depths = new Map<string, number>();
  for (const node of nodes) {
    const depth = 1 + Math.max(0, ...node.inputs.map((input) => depths.get(input) ?? 0));
    for (const output of node.outputs) depths.set(output, depth);
  }
  return depths;
}
