import { constantOf } from '../../constants.js';
import type { Graph } from '../../graph.js';
import type { Initializer } from '../../initializer.js';
import type { GraphNode } from '../../node.js';
import type { Facts } from '../facts.js';
import { leave, type Rule } from '../rule.js';

/** Infinity, or what exporters write in its stead: the lowest float32 in a mask leaves no integer for anything else either. */
const endless = 1e30;

/** What hands infinities among its values on, or makes them of an infinite constant. */
const carriers = new Set(
  (
    'Add Cast Concat ConstantOfShape Div Expand Flatten Gather GatherElements GatherND Identity Mul Neg Pad Reshape ScatterElements ' +
    'ScatterND Slice Split Squeeze Sub Sum Tile Transpose Trilu Unsqueeze Where'
  ).split(' '),
);

/** Constants are asked for their values up to this many, which a mask does not exceed, but a table of embeddings does. */
const largestMask = 2 ** 22;

/** One placement asks for every node, and the next one may find another graph. */
const found = new WeakMap<Facts, ReadonlySet<string>>();

/** A mask of -inf has no range: what makes it, and what reads it, stays in float. */
export const infinityRule: Rule = (node, { facts }) => {
  const infinite = found.get(facts) ?? infiniteTensors(facts.graph);
  found.set(facts, infinite);
  if (![...node.inputs, ...node.outputs].some((name) => infinite.has(name))) return undefined;
  return leave(
    'infinities',
    'A constant that is infinite, as in an attention mask, reaches it: no integer stands for it.',
  );
};

/** The computed tensors that infinite constants reach. */
function infiniteTensors(graph: Graph): Set<string> {
  const infinite = new Set<string>();
  for (const node of graph.nodes) {
    if (node.domain !== '' || !carriers.has(node.opType)) continue;
    if (!node.inputs.some((name) => infinite.has(name)) && !readsInfinity(graph, node)) continue;
    for (const output of node.outputs) if (output !== '') infinite.add(output);
  }
  return infinite;
}

function readsInfinity(graph: Graph, node: GraphNode): boolean {
  const constants = [node.tensor('value'), ...node.inputs.map((name) => constantOf(graph, name))];
  return constants.some((constant) => constant !== undefined && holdsInfinity(constant));
}

function holdsInfinity(constant: Initializer): boolean {
  if (constant.dtype !== 'float32' || constant.size > largestMask) return false;
  return constant.copyInlineFloats()?.some((value) => Math.abs(value) >= endless) ?? false;
}
