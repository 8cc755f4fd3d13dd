import type { ElementType } from '../element-type.js';
import type { Graph } from '../graph.js';
import { GraphNode } from '../node.js';
import { isSource, type Decision } from './decide.js';
import { halfRules, typeBlind } from './operators.js';

/** In which type a node reads one of its float32 inputs: 16 bits, float32, or whichever there is. */
export type Wanted = 'half' | 'full' | 'any';

/** The float32 tensors of a graph: who makes and who reads them in which type. */
export class Wiring {
  /** Tensors that are in 16 bits from now on. */
  readonly made = new Set<string>();
  readonly #wanted = new Map<string, Set<Wanted>>();

  constructor(
    readonly graph: Graph,
    readonly types: ReadonlyMap<string, ElementType>,
    readonly decision: Decision,
  ) {
    for (const node of graph.nodes) {
      if (decision.half.has(node)) node.outputs.forEach((name) => this.isFloat(name) && this.made.add(name));
      node.inputs.forEach((name, index) => this.isFloat(name) && this.wants(name).add(this.wantedBy(node, index)));
      node.subgraphs?.outer.forEach((name) => this.isFloat(name) && this.wants(name).add('full'));
    }
    for (const { name } of graph.outputs) if (this.isFloat(name)) this.wants(name).add('full');
  }

  /** In which types a tensor is read. */
  wants(name: string): Set<Wanted> {
    const known = this.#wanted.get(name);
    if (known) return known;
    const wanted = new Set<Wanted>();
    this.#wanted.set(name, wanted);
    return wanted;
  }

  wantedBy(node: GraphNode, index: number): Wanted {
    if (node.domain === '' && typeBlind.has(node.opType)) return 'any';
    if (!this.decision.half.has(node)) return 'full';
    return (halfRules.get(node.opType)?.inputs?.includes(index) ?? true) ? 'half' : 'full';
  }

  /** Nodes that make float32 of nothing or of another type and whose every reader wants 16 bits. */
  sources(): GraphNode[] {
    return this.graph.nodes.filter((node) => {
      const [output = ''] = node.outputs;
      const wanted = this.wants(output);
      return isSource(node) && !node.is('Constant') && wanted.size === 1 && wanted.has('half');
    });
  }

  isFloat(name: string): boolean {
    return this.types.get(name) === 'float32';
  }
}

/** Collects Cast nodes; each goes right behind the node that makes what it reads. */
export class CastNodes {
  readonly #behind = new Map<GraphNode | undefined, GraphNode[]>();
  count = 0;

  constructor(private readonly graph: Graph) {}

  /** Adds a Cast from `input` to `output`; `maker` made the input, `undefined` for graph inputs. */
  add(maker: GraphNode | undefined, input: string, output: string, to: number): void {
    const cast = GraphNode.create({
      opType: 'Cast',
      name: this.graph.uniqueName(`${output}_Cast`),
      inputs: [input],
      outputs: [output],
      attributes: { to: { type: 'int', value: BigInt(to) } },
    });
    const nodes = this.#behind.get(maker);
    if (nodes) nodes.push(cast);
    else this.#behind.set(maker, [cast]);
    this.count++;
  }

  apply(): void {
    const { nodes } = this.graph;
    const before = new Map<GraphNode | undefined, GraphNode[]>();
    const place = (next: GraphNode | undefined, casts: readonly GraphNode[]): void => {
      before.set(next, [...(before.get(next) ?? []), ...casts]);
    };
    place(nodes[0], this.#behind.get(undefined) ?? []);
    nodes.forEach((node, index) => place(nodes[index + 1], this.#behind.get(node) ?? []));
    this.graph.insertNodes(before);
  }
}
