import { foldTarget } from '../clean/fold-target.js';
import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';

/** Weights as blocks of `inner` consecutive values, each of which belongs to one channel. */
export interface ChannelView {
  readonly channels: number;
  readonly inner: number;
  readonly channelOf: (block: number) => number;
}

/** The weights of a Conv, ConvTranspose or Gemm (input 1) by output channel; `undefined` for any other node. */
export function outputChannels(graph: Graph, node: GraphNode): ChannelView | undefined {
  if (!node.is('Conv', 'ConvTranspose', 'Gemm')) return undefined;
  const target = foldTarget(graph, node, new Map());
  // A Gemm that scales its bias would need another factor for it.
  return target?.biasFactor === 1 ? target : undefined;
}

/**
 * The weights of a Conv, ConvTranspose, Gemm or MatMul (input 1) by the channel of input 0 that they are multiplied with, where that has
 * `channels` channels; a matrix may read several values per channel, as behind Flatten. `undefined` for any other node.
 */
export function inputChannels(graph: Graph, node: GraphNode, channels: number): ChannelView | undefined {
  const name = node.inputs[1] ?? '';
  const weights = graph.initializers.get(name);
  if (weights?.dtype !== 'float32' || graph.isInput(name)) return undefined;
  const [rows = 0, columns = 0] = weights.dims;
  const product = (dims: readonly number[]): number => dims.reduce((size, dim) => size * dim, 1);
  if (node.is('Conv') && weights.dims.length >= 3) {
    const groups = node.int('group', 1);
    if (columns * groups !== channels) return undefined;
    const channelOf = (block: number): number =>
      Math.floor(Math.floor(block / columns) / (rows / groups)) * columns + (block % columns);
    return { channels, inner: product(weights.dims.slice(2)), channelOf };
  }
  if (node.is('ConvTranspose') && weights.dims.length >= 3) {
    return rows === channels
      ? { channels, inner: product(weights.dims.slice(1)), channelOf: (block) => block }
      : undefined;
  }
  if (weights.dims.length !== 2) return undefined;
  const isTransposed = node.is('Gemm') && node.int('transB', 0) !== 0;
  if (!node.is('MatMul') && !(node.is('Gemm') && node.int('transA', 0) === 0)) return undefined;
  const depth = isTransposed ? columns : rows;
  if (depth % channels !== 0) return undefined;
  const perChannel = depth / channels;
  return isTransposed
    ? { channels, inner: perChannel, channelOf: (block) => block % channels }
    : { channels, inner: perChannel * columns, channelOf: (block) => block };
}

/** Whether every channel of input 0 is read by output channels of its own alone, as a depthwise convolution's. */
export function readsApart(graph: Graph, node: GraphNode): boolean {
  const dims = graph.initializers.get(node.inputs[1] ?? '')?.dims ?? [];
  return node.is('Conv') && dims[1] === 1;
}

/** The largest magnitude of each channel. */
export function channelMaxima(values: Float32Array, { channels, inner, channelOf }: ChannelView): Float64Array {
  const maxima = new Float64Array(channels);
  for (let block = 0; block * inner < values.length; block++) {
    const channel = channelOf(block);
    for (let i = block * inner; i < (block + 1) * inner; i++) {
      maxima[channel] = Math.max(maxima[channel]!, Math.abs(values[i]!));
    }
  }
  return maxima;
}

/** Multiplies every channel by its factor, in place. */
export function scaleChannels(values: Float32Array, { inner, channelOf }: ChannelView, factors: Float64Array): void {
  for (let block = 0; block * inner < values.length; block++) {
    const factor = factors[channelOf(block)]!;
    for (let i = block * inner; i < (block + 1) * inner; i++) values[i]! *= factor;
  }
}

/** The largest of the channels' maxima over their median, of those that are no zero: 1 where all are alike. */
export function spread(maxima: Float64Array): number {
  const sorted = maxima.filter((value) => value > 0).sort();
  return sorted.length === 0 ? 1 : sorted.at(-1)! / sorted[sorted.length >> 1]!;
}
