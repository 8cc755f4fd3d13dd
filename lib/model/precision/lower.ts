import { elementTypeCode } from '../element-type.js';
import { Initializer } from '../initializer.js';
import type { GraphNode } from '../node.js';
import { ValueInfo } from '../value-info.js';
import type { HalfConstants } from './constants.js';
import { CastNodes, type Wiring } from './wiring.js';

const FLOAT = elementTypeCode('float32');

/**
 * Gives the decided nodes 16-bit types: constants are converted, Casts stand where 16 bits meet float32. Names of graph
 * outputs and of what bodies read stay with the type that is expected there. Returns the number of Casts.
 *
 * @param keepIo - Whether graph inputs and outputs stay float32.
 */
export function lower(wiring: Wiring, constants: HalfConstants, keepIo: boolean): number {
  return new Lowering(wiring, constants).run(keepIo);
}

/** A float32 tensor gets up to two names: of its 16-bit and of its float32 form, each made when first asked for. */
class Lowering {
  private readonly casts: CastNodes;
  private readonly code: number;
  private readonly halves = new Map<string, string>();
  private readonly fulls = new Map<string, string>();

  constructor(
    private readonly wiring: Wiring,
    private readonly constants: HalfConstants,
  ) {
    this.casts = new CastNodes(wiring.graph);
    this.code = elementTypeCode(constants.type);
  }

  run(keepIo: boolean): number {
    const { graph, made } = this.wiring;
    this.lowerSources();
    const retyped = keepIo ? new Set<string>() : this.lowerInterface();
    for (const name of made) {
      if (retyped.has(name) || !(graph.usedInSubgraph(name) || graph.isOutput(name))) this.halves.set(name, name);
      else this.splitName(name, { halfName: graph.uniqueName(`${name}_${this.constants.type}`), fullName: name });
    }
    // Outputs that are wanted in 16 bits, of nodes that stay.
    for (const name of retyped) {
      if (made.has(name) || !graph.producer(name)) continue;
      this.splitName(name, { halfName: name, fullName: graph.uniqueName(`${name}_float32`) });
    }
    for (const node of graph.nodes) this.rewire(node);
    this.casts.apply();
    this.restate();
    return this.casts.count;
  }

  private lowerSources(): void {
    for (const node of this.wiring.sources()) {
      if (node.is('Cast')) node.setAttribute('to', { type: 'int', value: BigInt(this.code) });
      // Without a value it fills with zeros of float32.
      else if (node.has('value')) continue;
      else {
        const zero = Initializer.create('', { dtype: this.constants.type, shape: [1], data: new Uint16Array(1) });
        node.setAttribute('value', { type: 'tensor', value: zero });
      }
      this.wiring.made.add(node.outputs[0]!);
    }
  }

  /** Inputs and outputs that take the 16-bit type; those that a body reads cannot. */
  private lowerInterface(): Set<string> {
    const { graph, made } = this.wiring;
    const free = (name: string): boolean => this.wiring.isFloat(name) && !graph.usedInSubgraph(name);
    const inputs = graph.feeds.map(({ name }) => name).filter(free);
    for (const name of inputs) made.add(name);
    return new Set([...inputs, ...graph.outputs.map(({ name }) => name).filter(free)]);
  }

  /** Lets a node's result keep its name in one type and take another in the type that the node makes, with a Cast between. */
  private splitName(name: string, { halfName, fullName }: { halfName: string; fullName: string }): void {
    const producer = this.wiring.graph.producer(name)!;
    const own = halfName === name ? fullName : halfName;
    producer.setOutputs(producer.outputs.map((output) => (output === name ? own : output)));
    this.halves.set(name, halfName);
    this.fulls.set(name, fullName);
    this.casts.add(producer, own, name, halfName === name ? this.code : FLOAT);
  }

  private rewire(node: GraphNode): void {
    const names = node.inputs.map((name, index) => {
      if (!this.wiring.isFloat(name)) return name;
      const wanted = this.wiring.wantedBy(node, index);
      if (wanted === 'any') return this.halves.get(name) ?? name;
      return wanted === 'half' ? this.half(name) : this.full(name);
    });
    if (names.some((name, index) => name !== node.inputs[index])) node.setInputs(names);
  }

  private half(name: string): string {
    const known = this.halves.get(name);
    if (known !== undefined) return known;
    const { graph } = this.wiring;
    const { type } = this.constants;
    const tensor = this.constants.of(name);
    const data = this.constants.converted(name);
    const replaces = tensor !== undefined && !this.wiring.wants(name).has('full');
    const own = replaces ? name : graph.uniqueName(`${name}_${type}`);
    if (tensor && data) graph.setInitializer(Initializer.create(own, { dtype: type, shape: tensor.dims, data }));
    else this.casts.add(graph.producer(name), name, own, this.code);
    this.halves.set(name, own);
    return own;
  }

  private full(name: string): string {
    const known = this.fulls.get(name);
    if (known !== undefined || !this.wiring.made.has(name)) return known ?? name;
    const { graph } = this.wiring;
    const own = graph.uniqueName(`${name}_float32`);
    this.casts.add(graph.producer(name), name, own, FLOAT);
    this.fulls.set(name, own);
    return own;
  }

  /** Lets the graph state the types that are. */
  private restate(): void {
    const { graph } = this.wiring;
    const retype = (value: ValueInfo): ValueInfo =>
      this.halves.get(value.name) === value.name && this.wiring.isFloat(value.name)
        ? ValueInfo.create({ name: value.name, dtype: this.constants.type, shape: value.shape })
        : value;
    graph.setInputs(graph.inputs.map(retype));
    graph.setOutputs(graph.outputs.map(retype));
    graph.setValues(graph.values.map(retype));
  }
}
