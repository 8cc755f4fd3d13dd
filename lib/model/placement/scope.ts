import { CalibrtError } from '../../errors.js';
import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';
import type { Draft } from './draft.js';
import { nodePattern } from './patterns.js';
import { leave } from './rule.js';
import type { PlacementOptions, Verdict } from './types.js';

/**
 * Decides against the nodes that the caller keeps out: by name, by operator, or because they lie outside the part between
 * `inputs` and `outputs`. Returns warnings about patterns that match nothing.
 *
 * @throws CalibrtError `ERR_USAGE` for tensors that are not in the graph, or a malformed pattern.
 */
export function applyScope(graph: Graph, draft: Draft, options: PlacementOptions): string[] {
  const warnings: string[] = [];
  const matcher = (patterns: readonly string[], option: string): ((node: GraphNode) => boolean) => {
    const compiled = patterns.map(nodePattern);
    compiled.forEach((matches, index) => {
      if (graph.nodes.some(({ name }) => matches(name))) return;
      warnings.push(`the ${option} pattern "${patterns[index] ?? ''}" matches no node`);
    });
    return ({ name }) => compiled.some((matches) => matches(name));
  };
  const included = options.include?.length ? matcher(options.include, 'include') : () => true;
  const excluded = matcher(options.exclude ?? [], 'exclude');
  const opTypes = options.opTypes?.length ? new Set(options.opTypes) : undefined;
  for (const opType of opTypes ?? []) {
    if (!graph.nodes.some((node) => node.opType === opType)) warnings.push(`the model has no operator ${opType}`);
  }
  const part = selectPart(graph, options);
  const verdict = (node: GraphNode): Verdict | undefined => {
    if (excluded(node)) return leave('excluded', 'It is excluded by name.');
    if (!included(node)) return leave('not-included', 'Its name is not among those to quantize.');
    if (opTypes && !opTypes.has(node.opType)) return leave('op-type', `Operator ${node.opType} was not asked for.`);
    if (part && !part.has(node)) return leave('outside', 'It lies outside the part to quantize.');
    return undefined;
  };
  for (const node of graph.nodes) {
    const kept = verdict(node);
    if (kept) draft.keepOut(node, kept);
  }
  return warnings;
}

/** The nodes between the given tensors; `undefined` for all. */
function selectPart(graph: Graph, options: PlacementOptions): ReadonlySet<GraphNode> | undefined {
  if (!options.inputs?.length && !options.outputs?.length) return undefined;
  const known = (tensor: string): boolean => graph.producer(tensor) !== undefined || graph.isInput(tensor);
  for (const tensor of [...(options.inputs ?? []), ...(options.outputs ?? [])]) {
    if (known(tensor)) continue;
    throw new CalibrtError(
      'ERR_USAGE',
      `the model has no tensor "${tensor}": name one that a node makes, or a graph input`,
    );
  }
  const after = options.inputs?.length
    ? reach(options.inputs, (tensor) => graph.consumers(tensor), outputsOf)
    : undefined;
  const before = options.outputs?.length
    ? reach(options.outputs, (tensor) => [graph.producer(tensor)].filter((node) => node !== undefined), inputsOf)
    : undefined;
  return new Set(graph.nodes.filter((node) => (after?.has(node) ?? true) && (before?.has(node) ?? true)));
}

const outputsOf = (node: GraphNode): readonly string[] => node.outputs;
const inputsOf = (node: GraphNode): readonly string[] => node.inputs;

function reach(
  from: readonly string[],
  step: (tensor: string) => readonly GraphNode[],
  next: (node: GraphNode) => readonly string[],
): Set<GraphNode> {
  const found = new Set<GraphNode>();
  const queue = [...from];
  for (let tensor = queue.pop(); tensor !== undefined; tensor = queue.pop()) {
    for (const node of step(tensor)) {
      if (found.has(node)) continue;
      found.add(node);
      queue.push(...next(node).filter((name) => name !== ''));
    }
  }
  return found;
}
