import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';
import { inputChannels, outputChannels, type ChannelView } from './channels.js';

/** Two weighted operators, the second reading what the first makes, scaled channel by channel at will in between. */
export interface ScalablePair {
  readonly first: GraphNode;
  readonly second: GraphNode;
  /** The tensor that the second reads. */
  readonly between: string;
  /** Dimensions of that tensor. */
  readonly rank: number;
  readonly output: ChannelView;
  readonly input: ChannelView;
}

/**
 * Operators with f(s·x) = s·f(x) for every positive s and each channel apart. Clip (ReLU6) is none, nor are Sigmoid and what is made of it.
 */
const homogeneous = [
  ...[
    'Abs',
    'AveragePool',
    'Dropout',
    'GlobalAveragePool',
    'GlobalMaxPool',
    'Identity',
    'LeakyRelu',
    'MaxPool',
    'PRelu',
  ],
  'Relu',
];

/** The pairs of a cleaned graph, in its order: nothing but the second reads the first's result on any step of the way. */
export function findPairs(graph: Graph): ScalablePair[] {
  return graph.nodes.flatMap((first) => {
    const output = outputChannels(graph, first);
    return output === undefined ? [] : (pairFrom(graph, first, output) ?? []);
  });
}

function pairFrom(graph: Graph, first: GraphNode, output: ChannelView): ScalablePair | undefined {
  let tensor = first.outputs[0] ?? '';
  let rank = graph.initializers.get(first.inputs[1] ?? '')?.dims.length ?? 0;
  for (;;) {
    const readers = graph.consumers(tensor);
    const [next] = readers;
    if (!next || readers.length > 1 || graph.isOutput(tensor) || graph.usedInSubgraph(tensor)) return undefined;
    if (next.inputs.filter((name) => name === tensor).length > 1 || next.inputs[0] !== tensor) return undefined;
    const input = inputChannels(graph, next, output.channels);
    if (input) return { first, second: next, between: tensor, rank, output, input };
    if (!passesScales(graph, next)) return undefined;
    if (next.is('Flatten')) rank = 2;
    tensor = next.outputs[0] ?? '';
  }
}

function passesScales(graph: Graph, node: GraphNode): boolean {
  if (node.outputs.slice(1).some((name) => name !== '')) return false;
  // Behind it, the values of a channel stand next to each other: `inputChannels` counts them.
  if (node.is('Flatten')) return node.int('axis', 1) === 1;
  if (node.is('PRelu')) return graph.initializers.has(node.inputs[1] ?? '');
  if (node.is('Pad')) return node.string('mode', 'constant') !== 'constant' || !node.inputs[2];
  return node.is(...homogeneous);
}
