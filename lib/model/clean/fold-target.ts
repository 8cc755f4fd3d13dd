import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';

/** How a node with constant weights takes in a scale and a shift of its output channels. */
export interface FoldTarget {
  /** Input positions. */
  readonly weight: number;
  readonly bias: number;
  /** Output channels, and dimensions of the output. */
  readonly channels: number;
  readonly rank: number;
  /** The weights are blocks of this many values that contribute to one output channel each … */
  readonly inner: number;
  /** … the channel of a block. */
  readonly channelOf: (block: number) => number;
  /** What the bias is multiplied with by the node, before folding. */
  readonly biasFactor: number;
  /** Corrects the node's attributes afterwards. */
  readonly done: (node: GraphNode) => void;
}

const nothing = (): void => undefined;

/** The node as a target for folding; `undefined` where it is none or its weights are not constant. `ranks` by tensor. */
export function foldTarget(graph: Graph, node: GraphNode, ranks: ReadonlyMap<string, number>): FoldTarget | undefined {
  const constant = graph.initializers.get(node.inputs[1] ?? '');
  if (constant?.dtype !== 'float32') return undefined;
  const { dims } = constant;
  const common = { weight: 1, bias: 2, biasFactor: 1, done: nothing };
  if (node.is('Conv') && dims.length >= 3) {
    const [channels = 0] = dims;
    return { ...common, channels, rank: dims.length, inner: constant.size / channels, channelOf: (block) => block };
  }
  if (node.is('ConvTranspose') && dims.length >= 3) {
    // Weights are [in, out / groups, …]: the group of the input channel decides which outputs a block belongs to.
    const [inputs = 0, perGroup = 0] = dims;
    const groups = node.int('group', 1);
    const inner = constant.size / (inputs * perGroup);
    const channelOf = (block: number): number => {
      const group = Math.floor(Math.floor(block / perGroup) / (inputs / groups));
      return group * perGroup + (block % perGroup);
    };
    return { ...common, channels: perGroup * groups, rank: dims.length, inner, channelOf };
  }
  if (node.is('Gemm') && dims.length === 2) {
    const transposed = node.int('transB', 0) !== 0;
    const [rows = 0, columns = 0] = dims;
    const channels = transposed ? rows : columns;
    const inner = transposed ? columns : 1;
    const channelOf = (block: number): number => (transposed ? block : block % columns);
    const bias = graph.initializers.get(node.inputs[2] ?? '');
    // A bias with one value per row of the batch cannot take in one per channel.
    if (bias && bias.size !== 1 && bias.dims.at(-1) !== bias.size) return undefined;
    const done = (gemm: GraphNode): void => {
      if (gemm.float('beta', 1) !== 1) gemm.removeAttribute('beta');
    };
    return { ...common, channels, rank: 2, inner, channelOf, biasFactor: node.float('beta', 1), done };
  }
  if (node.is('BatchNormalization') && dims.length === 1 && node.int('training_mode', 0) === 0) {
    const rank = ranks.get(node.inputs[0] ?? '');
    return rank === undefined
      ? undefined
      : { ...common, channels: constant.size, rank, inner: 1, channelOf: (block) => block };
  }
  return undefined;
}
