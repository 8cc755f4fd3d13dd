import type { Attribute } from '../attribute.js';
import { addConstant, int64 } from '../constants.js';
import type { Graph } from '../graph.js';
import type { Model } from '../model.js';
import { GraphNode } from '../node.js';
import { ValueInfo } from '../value-info.js';

/** Operator set from which the reductions used here take their axes as an input. */
const axesAsInput = 18;

/** How the values of a tensor are laid out: its channels on axis 1, or on the last. */
export interface ChannelLayout {
  readonly channels: number;
  readonly at: 'second' | 'last';
}

/** Writes small nodes at the end of a graph that measure tensors of it, and makes their results the graph's only outputs. */
export class Measures {
  readonly #nodes: GraphNode[] = [];
  readonly #outputs: string[] = [];
  readonly #graph: Graph;

  constructor(private readonly model: Model) {
    this.#graph = model.graph;
  }

  /** Adds a node; returns the name of its result. */
  add(opType: string, inputs: readonly string[], base: string): string {
    const output = this.#graph.uniqueName(`${base}_${opType}`);
    this.#nodes.push(GraphNode.create({ opType, name: output, inputs, outputs: [output] }));
    return output;
  }

  /** The greatest magnitude of each channel of a tensor, as an output [channels]. */
  channelMaxima(tensor: string, layout: ChannelLayout): string {
    return this.#perChannel('ReduceMax', this.add('Abs', [tensor], tensor), layout);
  }

  /** The mean of each channel of `a` - `b`, as an output [channels]. */
  channelMeans(a: string, b: string, layout: ChannelLayout): string {
    return this.#perChannel('ReduceMean', this.add('Sub', [a, b], a), layout);
  }

  /** Σ (a - b)², as a scalar output. */
  squaredError(a: string, b: string): string {
    const difference = this.add('Sub', [a, b], a);
    return this.#output(this.#reduce('ReduceSumSquare', difference, undefined));
  }

  /** Puts everything into the graph. Returns the names of its outputs, in the order in which they were asked for. */
  apply(): readonly string[] {
    this.#graph.insertNodes(new Map([[undefined, this.#nodes]]));
    const info = (name: string): ValueInfo => ValueInfo.create({ name, dtype: 'float32', shape: undefined });
    this.#graph.setOutputs([...new Set(this.#outputs)].map(info));
    return this.#outputs;
  }

  #perChannel(opType: string, tensor: string, { channels, at }: ChannelLayout): string {
    const [shape, axes] =
      at === 'second'
        ? [
            [0, channels, -1],
            [0, 2],
          ]
        : [[-1, channels], [0]];
    const target = addConstant(this.#graph, `${tensor}_shape`, int64(shape));
    return this.#output(this.#reduce(opType, this.add('Reshape', [tensor, target], tensor), axes));
  }

  #reduce(opType: string, tensor: string, axes: readonly number[] | undefined): string {
    const output = this.#graph.uniqueName(`${tensor}_${opType}`);
    const asInput = this.model.opset >= axesAsInput;
    const inputs = axes && asInput ? [tensor, addConstant(this.#graph, `${output}_axes`, int64(axes))] : [tensor];
    const attributes: Record<string, Attribute> = { keepdims: { type: 'int', value: 0n } };
    if (axes && !asInput) attributes['axes'] = { type: 'ints', value: axes.map(BigInt) };
    this.#nodes.push(GraphNode.create({ opType, name: output, inputs, outputs: [output], attributes }));
    return output;
  }

  #output(name: string): string {
    this.#outputs.push(name);
    return name;
  }
}
