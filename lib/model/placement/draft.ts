import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';
import type { BiasPoint, Edge, NodeDecision, WeightPoint, Verdict } from './types.js';

/** A placement while its rules run. */
export class Draft {
  private readonly decisions = new Map<GraphNode, NodeDecision>();
  private readonly edges = new Map<string, Edge[]>();
  private readonly outputs = new Set<string>();
  private readonly weights = new Map<string, WeightPoint>();
  private readonly biases: BiasPoint[] = [];
  private readonly ties: string[][] = [];
  private readonly kept = new Set<GraphNode>();

  constructor(private readonly graph: Graph) {}

  decided(node: GraphNode): NodeDecision | undefined {
    return this.decisions.get(node);
  }

  isQuantized(node: GraphNode | undefined): boolean {
    return node !== undefined && this.decisions.get(node)?.quantized === true;
  }

  /** Whether the caller kept the node out. */
  outOfScope(node: GraphNode): boolean {
    return this.kept.has(node);
  }

  /** Decides that the caller keeps the node out. */
  keepOut(node: GraphNode, verdict: Verdict): void {
    this.kept.add(node);
    this.decide(node, verdict);
  }

  decide(node: GraphNode, { quantized, rule, reason }: Verdict): void {
    this.decisions.set(node, { node: node.name, opType: node.opType, quantized, rule, reason });
  }

  /** Gives an input of a node the quantized form. */
  addInput(node: GraphNode, input: number): void {
    const tensor = node.inputs[input] ?? '';
    const edges = this.edges.get(tensor);
    const edge = { node: node.name, input };
    if (!edges) this.edges.set(tensor, [edge]);
    else if (!edges.some((other) => other.node === edge.node && other.input === input)) edges.push(edge);
  }

  /** Takes a graph output from the quantized form. */
  addOutput(tensor: string): void {
    if (!this.edges.has(tensor)) this.edges.set(tensor, []);
    this.outputs.add(tensor);
  }

  /** Whether this input has the quantized form. */
  hasInput(node: GraphNode, input: number): boolean {
    const edges = this.edges.get(node.inputs[input] ?? '');
    return edges?.some((edge) => edge.node === node.name && edge.input === input) ?? false;
  }

  /** Whether some reader of the tensor gets the quantized form. */
  hasTensor(tensor: string): boolean {
    return this.edges.has(tensor);
  }

  /** Stores a constant as INT8, with one scale per entry of `axis`, or one in all. */
  addWeight(node: GraphNode, input: number, axis: number | undefined): void {
    const tensor = node.inputs[input] ?? '';
    const dims = this.graph.initializers.get(tensor)?.dims ?? [];
    const product = (part: readonly number[]): number => part.reduce((size, dim) => size * dim, 1);
    const key = `${axis ?? ''} ${tensor}`;
    const edges = [...(this.weights.get(key)?.edges ?? []), { node: node.name, input }];
    const layout =
      axis === undefined
        ? { outer: 1, channels: 1, inner: product(dims) }
        : { outer: product(dims.slice(0, axis)), channels: dims[axis] ?? 1, inner: product(dims.slice(axis + 1)) };
    this.weights.set(key, { tensor, edges, axis, ...layout });
  }

  addBias(bias: BiasPoint): void {
    this.biases.push(bias);
  }

  /** Lets tensors share one range. */
  tie(tensors: readonly string[]): void {
    this.ties.push([...tensors]);
  }

  finish(): {
    nodes: NodeDecision[];
    activations: { tensor: string; edges: Edge[]; output: boolean }[];
    weights: WeightPoint[];
    biases: BiasPoint[];
    groups: string[][];
  } {
    return {
      nodes: this.graph.nodes.flatMap((node) => this.decisions.get(node) ?? []),
      activations: [...this.edges].map(([tensor, edges]) => ({ tensor, edges, output: this.outputs.has(tensor) })),
      weights: [...this.weights.values()],
      biases: this.biases,
      groups: mergeTies(this.ties, (tensor) => this.edges.has(tensor)),
    };
  }
}

/** Unites overlapping ties; tensors without a range drop out. */
function mergeTies(ties: readonly (readonly string[])[], hasRange: (tensor: string) => boolean): string[][] {
  const groupOf = new Map<string, Set<string>>();
  for (const tie of ties) {
    const united = new Set<string>();
    for (const tensor of tie) for (const member of groupOf.get(tensor) ?? [tensor]) united.add(member);
    for (const member of united) groupOf.set(member, united);
  }
  return [...new Set(groupOf.values())].map((group) => [...group].filter(hasRange)).filter((group) => group.length > 1);
}
