import { breathe } from '../../breathe.js';
import type { Graph } from '../graph.js';
import { inferRanks } from '../infer.js';
import { Initializer } from '../initializer.js';
import type { GraphNode } from '../node.js';
import { compose, float32Constant, float32Initializer, readAffine, type Affine } from './affine.js';
import { foldTarget, type FoldTarget } from './fold-target.js';

/**
 * Folds BatchNormalization, and additions and multiplications by a constant per channel, into the Conv, ConvTranspose, Gemm or
 * BatchNormalization before them, computed in float64. Only where nothing else reads what is in between; constants that others
 * read too are copied. Returns the names of the nodes that were folded away.
 */
export async function foldAffine(graph: Graph): Promise<string[]> {
  const folded: string[] = [];
  const ranks = inferRanks(graph);
  for (const node of graph.nodes) {
    await breathe();
    const target = node.owner === graph ? foldTarget(graph, node, ranks) : undefined;
    const chain = target && (await affineChain(graph, node, target));
    if (!target || !chain || !(await fold(graph, node, target, chain.affine))) continue;
    folded.push(...chain.nodes.map(({ name }) => name));
    graph.removeNodes(new Set(chain.nodes));
    node.setOutputs([chain.output, ...node.outputs.slice(1)]);
  }
  return folded;
}

interface Chain {
  readonly nodes: readonly GraphNode[];
  readonly affine: Affine;
  readonly output: string;
}

// The whole chain is composed before anything is rounded to float32.
async function affineChain(graph: Graph, node: GraphNode, target: FoldTarget): Promise<Chain | undefined> {
  const nodes: GraphNode[] = [];
  let affine: Affine | undefined;
  let output = node.outputs[0] ?? '';
  for (;;) {
    const next = onlyConsumer(graph, output);
    const step = next && (await readAffine(graph, next, output, target.channels, target.rank));
    if (!next || !step) break;
    nodes.push(next);
    affine = affine ? compose(affine, step) : step;
    output = next.outputs[0] ?? '';
  }
  return affine && { nodes, affine, output };
}

function onlyConsumer(graph: Graph, tensor: string): GraphNode | undefined {
  const consumers = graph.consumers(tensor);
  return consumers.length === 1 && !graph.isOutput(tensor) && !graph.usedInSubgraph(tensor) ? consumers[0] : undefined;
}

async function fold(graph: Graph, node: GraphNode, target: FoldTarget, affine: Affine): Promise<boolean> {
  const weights = await float32Initializer(graph, node.inputs[target.weight])?.copyFloats();
  const biasName = node.inputs[target.bias];
  const bias = biasName ? await float32Constant(graph, biasName) : new Float32Array(target.channels);
  if (!weights || !bias || (bias.length !== target.channels && bias.length !== 1)) return false;
  const shifted = new Float32Array(target.channels);
  for (let c = 0; c < shifted.length; c++) {
    const before = target.biasFactor * (bias[bias.length === 1 ? 0 : c] ?? 0);
    shifted[c] = before * (affine.scale[c] ?? 0) + (affine.shift[c] ?? 0);
  }
  if (!scaleWeights(weights, target, affine.scale) || !shifted.every(Number.isFinite)) return false;
  const dims = graph.initializers.get(node.inputs[target.weight] ?? '')?.dims ?? [];
  setConstant(graph, node, target.weight, 'weight', weights, dims);
  setConstant(graph, node, target.bias, 'bias', shifted, [target.channels]);
  target.done(node);
  return true;
}

/** False where a product is not finite. A plain function: in an asynchronous one this loop takes twice the time. */
function scaleWeights(weights: Float32Array, target: FoldTarget, scale: Float64Array): boolean {
  // Infinity and NaN times 0 are NaN: cheaper over millions of weights than asking each.
  let check = 0;
  for (let start = 0, block = 0; start < weights.length; start += target.inner, block++) {
    const factor = scale[target.channelOf(block)]!;
    const end = start + target.inner;
    for (let i = start; i < end; i++) {
      const value = Math.fround(weights[i]! * factor);
      check += value * 0;
      weights[i] = value;
    }
  }
  return check === 0;
}

function setConstant(
  graph: Graph,
  node: GraphNode,
  index: number,
  what: string,
  data: Float32Array,
  shape: readonly number[],
): void {
  const current = node.inputs[index] ?? '';
  const shared = current === '' || isShared(graph, node, current);
  const base = current === '' ? `${node.outputs[0] ?? node.name}_${what}` : `${current}_folded`;
  const name = shared ? graph.uniqueName(base) : current;
  graph.setInitializer(Initializer.create(name, { dtype: 'float32', shape, data }));
  if (name !== current) node.setInput(index, name);
}

function isShared(graph: Graph, node: GraphNode, tensor: string): boolean {
  const uses = node.inputs.filter((name) => name === tensor).length;
  return uses > 1 || graph.consumers(tensor).length > 1 || graph.isOutput(tensor);
}
