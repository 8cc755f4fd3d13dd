import { constantOf } from '../constants.js';
import type { ElementType } from '../element-type.js';
import type { Graph } from '../graph.js';
import { inferRanks, inferTypes } from '../infer.js';
import type { Initializer } from '../initializer.js';
import type { Model } from '../model.js';
import type { GraphNode } from '../node.js';
import { commutes } from '../placement/neighbours.js';
import { constantValues, quantizedType } from '../qdq/read.js';
import { padsZeros } from './operators.js';

/** A QuantizeLinear or DequantizeLinear with what it is given. */
export interface LinearNode {
  readonly node: GraphNode;
  readonly quantizes: boolean;
  /** The tensor that it reads. */
  readonly data: string;
  readonly output: string;
  /** The constant that it reads; `undefined` where the data is computed. */
  readonly constant: Initializer | undefined;
  /** The integer (or FP8) type. */
  readonly dtype: ElementType;
  /** `undefined` where they are computed while the model runs. */
  readonly scales: readonly number[] | undefined;
  readonly scaleType: ElementType | undefined;
  readonly zeroPoints: readonly number[] | undefined;
  readonly axis: number;
  /** Values of a float constant that its scale cannot reach. */
  readonly clipped: number;
}

/** What the rules may ask about a model. */
export class LintContext {
  readonly graph: Graph;
  /** Every Q and DQ, in order. */
  readonly linear: readonly LinearNode[];
  readonly types: ReadonlyMap<string, ElementType>;
  readonly ranks: ReadonlyMap<string, number>;
  readonly #byNode: ReadonlyMap<GraphNode, LinearNode>;
  readonly #positions: ReadonlyMap<GraphNode, number>;

  private constructor(
    readonly model: Model,
    linear: readonly LinearNode[],
  ) {
    this.graph = model.graph;
    this.linear = linear;
    this.types = inferTypes(model.graph);
    this.ranks = inferRanks(model.graph);
    this.#byNode = new Map(linear.map((entry) => [entry.node, entry]));
    this.#positions = new Map(model.graph.nodes.map((node, index) => [node, index]));
  }

  static async of(model: Model): Promise<LintContext> {
    const { graph } = model;
    const linear: LinearNode[] = [];
    for (const node of graph.nodes) {
      if (!isLinear(node)) continue;
      const [data = '', scale = '', zeroPoint = ''] = node.inputs;
      const constant = constantOf(graph, data);
      const quantizes = node.opType === 'QuantizeLinear';
      const scales = await constantValues(graph, scale);
      const axis = node.int('axis', 1);
      linear.push({
        node,
        quantizes,
        data,
        output: node.outputs[0] ?? '',
        constant,
        dtype: dataType(graph, node),
        scales,
        scaleType: constantOf(graph, scale)?.dtype,
        zeroPoints: zeroPoint === '' ? [0] : await constantValues(graph, zeroPoint),
        axis,
        clipped: quantizes && constant && scales ? await countClipped(constant, scales, axis) : 0,
      });
    }
    return new LintContext(model, linear);
  }

  /** The Q or DQ that makes a tensor; `undefined` where something else does. */
  maker(tensor: string | undefined): LinearNode | undefined {
    const producer = tensor ? this.graph.producer(tensor) : undefined;
    return producer && this.#byNode.get(producer);
  }

  /** The DequantizeLinear that makes a tensor. */
  dequantizer(tensor: string | undefined): LinearNode | undefined {
    const maker = this.maker(tensor);
    return maker?.quantizes === false ? maker : undefined;
  }

  /** The QuantizeLinear behind a dequantized tensor; `undefined` where it is a constant or never was quantized. */
  quantizerBehind(tensor: string | undefined): LinearNode | undefined {
    const dequantizer = this.dequantizer(tensor);
    const quantizer = dequantizer && this.maker(dequantizer.data);
    return quantizer?.quantizes ? quantizer : undefined;
  }

  /**
   * The DequantizeLinear whose values a tensor holds: what only moves data lets it through, and so do padding with zeros and, of a
   * constant, a Cast to 16 bits. Of a concatenation, that of its first input where all have one.
   */
  dequantizedThrough(tensor: string | undefined): LinearNode | undefined {
    const own = this.dequantizer(tensor);
    const producer = tensor && !own ? this.graph.producer(tensor) : undefined;
    if (!producer) return own;
    if (producer.is('Concat')) {
      const all = producer.inputs.map((input) => this.dequantizedThrough(input));
      return all.includes(undefined) ? undefined : all[0];
    }
    if (producer.is('Cast')) {
      // TensorRT-RTX fuses a convolution with weights behind one all the same, as its log of the scales that it converts shows.
      const weights = this.dequantizer(producer.inputs[0]);
      return weights && this.isWeights(weights) ? weights : undefined;
    }
    return commutes(producer) || padsZeros(producer) ? this.dequantizedThrough(producer.inputs[0]) : undefined;
  }

  /** Whether a DequantizeLinear restores a constant. */
  isWeights({ constant, data }: LinearNode): boolean {
    return (constant ?? this.maker(data)?.constant) !== undefined;
  }

  /** The QuantizeLinear nodes that read a tensor. */
  quantizersOf(tensor: string): LinearNode[] {
    return this.#readersOf(tensor).filter(({ quantizes }) => quantizes);
  }

  /** The DequantizeLinear nodes that read what a Q makes. */
  dequantizersOf(quantizer: LinearNode): LinearNode[] {
    return this.#readersOf(quantizer.output).filter(({ quantizes }) => !quantizes);
  }

  /** Where a node stands in the graph's order. */
  position(node: GraphNode): number {
    return this.#positions.get(node) ?? 0;
  }

  #readersOf(tensor: string): LinearNode[] {
    return this.graph.consumers(tensor).flatMap((node) => {
      const entry = this.#byNode.get(node);
      return entry?.data === tensor ? [entry] : [];
    });
  }
}

// Those of other domains too: a rule says what is wrong with them.
function isLinear({ opType }: GraphNode): boolean {
  return opType === 'QuantizeLinear' || opType === 'DequantizeLinear';
}

// A DequantizeLinear without a zero point has the type of what it reads.
function dataType(graph: Graph, node: GraphNode): ElementType {
  const own = quantizedType(graph, node);
  if (own !== 'undefined' || node.opType !== 'DequantizeLinear') return own;
  const producer = graph.producer(node.inputs[0] ?? '');
  return producer && isLinear(producer) ? quantizedType(graph, producer) : own;
}

/** A little more than the greatest integer is what scales that are rounded may leave. */
const reach = 127.5;

async function countClipped(constant: Initializer, scales: readonly number[], axis: number): Promise<number> {
  if (constant.dtype !== 'float32') return 0;
  const { dims } = constant;
  const inner = dims.slice(((axis + dims.length) % Math.max(1, dims.length)) + 1).reduce((size, dim) => size * dim, 1);
  let clipped = 0;
  ((await constant.read()).data as Float32Array).forEach((value, index) => {
    const scale = scales[scales.length === 1 ? 0 : Math.floor(index / inner) % scales.length] ?? 1;
    if (Math.abs(value) > reach * scale) clipped++;
  });
  return clipped;
}
