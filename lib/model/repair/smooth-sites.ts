import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';
import { inputChannels, type ChannelView } from './channels.js';

/** A constant that a division of a tensor's channels goes into. */
export interface Absorber {
  readonly node: GraphNode;
  readonly input: number;
  readonly view: ChannelView;
}

/** A tensor whose channels (last axis) can be divided at will, as what makes it and all that reads it make up for it. */
export interface SmoothSite {
  readonly tensor: string;
  readonly channels: number;
  /** The matrix products that read it, each with the rows of its weights. */
  readonly readers: readonly { readonly node: GraphNode; readonly view: ChannelView }[];
  /** Scale and bias of a normalization, or weights and bias of a linear layer. */
  readonly absorbers: readonly Absorber[];
}

/** Operators with f(s·x) = s·f(x) for every positive s, value by value. Gelu and SiLU are none. */
const homogeneous = ['Abs', 'Dropout', 'Identity', 'LeakyRelu', 'Relu'] as const;

/** The sites of a cleaned graph, in its order. A normalization that a residual connection reads too is none: nothing could undo its scale there. */
export function findSmoothSites(graph: Graph): SmoothSite[] {
  const tensors = new Set(graph.nodes.filter(isProduct).map((node) => node.inputs[0] ?? ''));
  return [...tensors].flatMap((tensor) => siteOf(graph, tensor) ?? []);
}

function isProduct(node: GraphNode): boolean {
  return node.is('MatMul', 'Gemm');
}

function siteOf(graph: Graph, tensor: string): SmoothSite | undefined {
  const consumers = graph.consumers(tensor);
  const channels = depthOf(graph, consumers[0]);
  if (channels === undefined) return undefined;
  const readers = consumers.flatMap((node) => {
    const isOnlyInput = isProduct(node) && node.inputs[0] === tensor && !node.inputs.slice(1).includes(tensor);
    const view = isOnlyInput && depthOf(graph, node) === channels ? inputChannels(graph, node, channels) : undefined;
    return view ? [{ node, view }] : [];
  });
  if (readers.length < consumers.length) return undefined;
  const absorbers = absorbersOf(graph, tensor, channels);
  return absorbers && { tensor, channels, readers, absorbers };
}

/** Rows of the weights of a product with a constant matrix. */
function depthOf(graph: Graph, node: GraphNode | undefined): number | undefined {
  const dims = graph.initializers.get(node?.inputs[1] ?? '')?.dims;
  if (node === undefined || !isProduct(node) || dims?.length !== 2) return undefined;
  return node.is('Gemm') && node.int('transB', 0) !== 0 ? dims[1] : dims[0];
}

/** The constants that divide a tensor's channels when they are divided, or undefined where there are none that do so exactly. */
function absorbersOf(graph: Graph, tensor: string, channels: number): readonly Absorber[] | undefined {
  const node = graph.producer(tensor);
  if (node?.outputs[0] !== tensor || graph.isOutput(tensor) || graph.usedInSubgraph(tensor)) return undefined;
  const vector = (input: number): Absorber | undefined => vectorAt(graph, node, input, channels);
  const behind = (input: number): readonly Absorber[] | undefined => {
    const name = node.inputs[input] ?? '';
    const isRead = graph.consumers(name).length > 1 || node.inputs.filter((other) => other === name).length > 1;
    return isRead ? undefined : absorbersOf(graph, name, channels);
  };
  if (node.is('LayerNormalization')) return all(vector(1), node.inputs[2] ? vector(2) : []);
  if (node.is(...homogeneous)) return behind(0);
  if (node.is('Mul')) return all(vector(1)) ?? all(vector(0)) ?? behind(1) ?? behind(0);
  if (node.is('Add')) return all(vector(1), behind(0)) ?? all(vector(0), behind(1));
  if (isProduct(node)) {
    return all(columnsOf(graph, node, channels), node.inputs[2] ? vector(2) : []);
  }
  return undefined;
}

function all(...parts: readonly (Absorber | readonly Absorber[] | undefined)[]): readonly Absorber[] | undefined {
  return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

/** A constant with one value for each channel of the last axis. */
function vectorAt(graph: Graph, node: GraphNode, input: number, channels: number): Absorber | undefined {
  const constant = graph.initializers.get(node.inputs[input] ?? '');
  const isOwn = constant?.dtype === 'float32' && !graph.isInput(constant.name);
  if (!isOwn || constant.size !== channels || constant.dims.at(-1) !== channels) return undefined;
  return { node, input, view: { channels, inner: 1, channelOf: (block) => block } };
}

/** The weights of a product by the channel that they make. */
function columnsOf(graph: Graph, node: GraphNode, channels: number): Absorber | undefined {
  const weights = graph.initializers.get(node.inputs[1] ?? '');
  if (weights?.dtype !== 'float32' || weights.dims.length !== 2 || graph.isInput(weights.name)) return undefined;
  const [rows = 0, columns = 0] = weights.dims;
  if (node.is('Gemm') && node.int('transB', 0) !== 0) {
    const view = { channels, inner: columns, channelOf: (block: number) => block };
    return rows === channels ? { node, input: 1, view } : undefined;
  }
  const view = { channels, inner: 1, channelOf: (block: number) => block % channels };
  return columns === channels ? { node, input: 1, view } : undefined;
}
