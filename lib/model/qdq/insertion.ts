import { CalibrtError } from '../../errors.js';
import type { Attribute } from '../attribute.js';
import { addConstant, float32 } from '../constants.js';
import type { Graph } from '../graph.js';
import { Initializer } from '../initializer.js';
import { GraphNode } from '../node.js';
import type { Edge } from '../placement/types.js';
import type { QuantizedType } from './scale.js';

/** Collects the nodes to insert; each goes in front of the first node that reads its result. */
export class Insertion {
  private readonly before = new Map<GraphNode | undefined, GraphNode[]>();
  private readonly byName: ReadonlyMap<string, GraphNode>;
  private readonly positions: ReadonlyMap<GraphNode, number>;

  constructor(readonly graph: Graph) {
    this.byName = new Map(graph.nodes.map((node) => [node.name, node]));
    this.positions = new Map(graph.nodes.map((node, index) => [node, index]));
  }

  /** The node that an edge ends at. */
  node(edge: Edge): GraphNode {
    const node = this.byName.get(edge.node);
    if (!node)
      throw new CalibrtError('ERR_INTERNAL', `the placement names node "${edge.node}", which the model has not`);
    return node;
  }

  /** The first of the edges' nodes in graph order. */
  first(edges: readonly Edge[]): GraphNode | undefined {
    const order = (node: GraphNode): number => this.positions.get(node) ?? 0;
    return edges.map((edge) => this.node(edge)).sort((a, b) => order(a) - order(b))[0];
  }

  /** Adds a node in front of `next`; at the end for `undefined`. */
  add(next: GraphNode | undefined, node: GraphNode): void {
    const list = this.before.get(next);
    if (list) list.push(node);
    else this.before.set(next, [node]);
  }

  /** Puts everything into the graph. */
  apply(): void {
    this.graph.insertNodes(this.before);
  }
}

/** Adds a QuantizeLinear or DequantizeLinear. Returns the name of its result, `output` where that is given. */
export function addLinear(
  insertion: Insertion,
  next: GraphNode | undefined,
  opType: 'QuantizeLinear' | 'DequantizeLinear',
  inputs: readonly string[],
  base: string,
  options: { readonly axis?: number | undefined; readonly output?: string | undefined } = {},
): string {
  const { graph } = insertion;
  const { axis } = options;
  const suffix = opType === 'QuantizeLinear' ? 'quantized' : 'dequantized';
  const output = options.output ?? graph.uniqueName(`${base}_${suffix}`);
  const name = graph.uniqueName(`${base}_${opType}`);
  const attributes: Record<string, Attribute> =
    axis === undefined ? {} : { axis: { type: 'int', value: BigInt(axis) } };
  insertion.add(next, GraphNode.create({ opType, name, inputs, outputs: [output], attributes }));
  return output;
}

/** Scalar scale and zero point of a tensor. The zero point's type is what QuantizeLinear puts out; FP8's is always 0. */
export function addScalarParameters(
  graph: Graph,
  base: string,
  scale: number,
  zeroPoint: number,
  type: QuantizedType | 'float8e4m3fn',
): [scale: string, zeroPoint: string] {
  return [
    addConstant(graph, `${base}_scale`, float32(scale)),
    addZeroPoint(graph, `${base}_zero_point`, zeroPoint, type),
  ];
}

function addZeroPoint(graph: Graph, base: string, value: number, type: QuantizedType | 'float8e4m3fn'): string {
  if (type === 'float8e4m3fn') {
    const name = graph.uniqueName(base);
    graph.setInitializer(Initializer.fromBytes(name, type, [], new Uint8Array(1)));
    return name;
  }
  const data = type === 'int8' ? Int8Array.of(value) : Uint8Array.of(value);
  return addConstant(graph, base, { dtype: type, shape: [], data });
}
