import { Initializer, type ExternalResolver } from './initializer.js';
import { Layout, type Message } from './layout.js';
import { GraphNode, type NodeOwner } from './node.js';
import { ValueInfo } from './value-info.js';
import { scanFields, type Pieces } from './wire/fields.js';

// GraphProto's field numbers.
const NODE = 1;
const NAME = 2;
const INITIALIZER = 5;
const INPUT = 11;
const OUTPUT = 12;
const VALUE_INFO = 13;
const SPARSE_INITIALIZER = 15;
const kinds = new Set([NODE, INITIALIZER, INPUT, OUTPUT, VALUE_INFO]);

/** The parts of a graph while one is put together. */
interface Parts {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly values: readonly ValueInfo[];
  /** Names of sparse initializers, which stay untouched. */
  readonly sparse: readonly string[];
}

/** An ONNX graph: nodes in order, constants, inputs and outputs, with an index of who makes and who reads each tensor. */
export class Graph implements NodeOwner {
  readonly name: string;
  readonly sparse: readonly string[];
  #nodes: GraphNode[];
  #initializers: Map<string, Initializer>;
  #inputs: readonly ValueInfo[];
  #outputs: readonly ValueInfo[];
  #values: readonly ValueInfo[];
  readonly #producers = new Map<string, GraphNode>();
  readonly #consumers = new Map<string, Set<GraphNode>>();
  /** The bytes that the graph was read from, as long as nothing was edited. */
  #original: Pieces | undefined;
  #names: Set<string> | undefined;

  private constructor(
    parts: Parts,
    private readonly layout: Layout,
    original: Pieces | undefined,
  ) {
    this.name = parts.name;
    this.sparse = parts.sparse;
    this.#nodes = [...parts.nodes];
    this.#initializers = new Map(parts.initializers.map((tensor) => [tensor.name, tensor]));
    this.#inputs = parts.inputs;
    this.#outputs = parts.outputs;
    this.#values = parts.values;
    for (const node of this.#nodes) this.adopt(node);
    this.#original = original;
  }

  /**
   * Reads a GraphProto.
   *
   * @throws Error where it is malformed.
   */
  static parse(message: Uint8Array, resolve: ExternalResolver): Graph {
    const fields = scanFields(message);
    const of = (no: number): Uint8Array[] => fields.filter((field) => field.no === no).map((field) => field.payload);
    const nodes = of(NODE).map((node) => GraphNode.parse(node, resolve));
    nameNodes(nodes);
    const initializers = of(INITIALIZER).map((tensor) => Initializer.parse(tensor, resolve));
    const parts: Parts = {
      name: fields.find((field) => field.no === NAME)?.text ?? '',
      nodes,
      initializers,
      inputs: of(INPUT).map((value) => ValueInfo.parse(value)),
      outputs: of(OUTPUT).map((value) => ValueInfo.parse(value)),
      values: of(VALUE_INFO).map((value) => ValueInfo.parse(value)),
      sparse: of(SPARSE_INITIALIZER).map(sparseName),
    };
    return new Graph(parts, Layout.of(fields, kinds), [message]);
  }

  /** A new graph. */
  static create(parts: Omit<Parts, 'sparse' | 'values'>): Graph {
    return new Graph({ ...parts, sparse: [], values: [] }, Layout.of([], kinds), undefined);
  }

  get nodes(): readonly GraphNode[] {
    return this.#nodes;
  }

  get initializers(): ReadonlyMap<string, Initializer> {
    return this.#initializers;
  }

  /** Whether anything was changed since the graph was read. */
  get edited(): boolean {
    return this.#original === undefined;
  }

  /** All declared inputs, also those that old models declare for their weights; see {@link feeds}. */
  get inputs(): readonly ValueInfo[] {
    return this.#inputs;
  }

  /** The inputs that a caller must supply: those without an initializer. */
  get feeds(): readonly ValueInfo[] {
    return this.#inputs.filter((input) => !this.#initializers.has(input.name) && !this.sparse.includes(input.name));
  }

  get outputs(): readonly ValueInfo[] {
    return this.#outputs;
  }

  /** Types of inner tensors, where the model states them. */
  get values(): readonly ValueInfo[] {
    return this.#values;
  }

  /** The node that makes a tensor; `undefined` for inputs and constants. */
  producer(tensor: string): GraphNode | undefined {
    return this.#producers.get(tensor);
  }

  /** The nodes that read a tensor, those that read it in a subgraph included, each once. */
  consumers(tensor: string): readonly GraphNode[] {
    return [...(this.#consumers.get(tensor) ?? [])];
  }

  isOutput(tensor: string): boolean {
    return this.#outputs.some((output) => output.name === tensor);
  }

  isInput(tensor: string): boolean {
    return this.#inputs.some((input) => input.name === tensor);
  }

  /** What the model states about a tensor's type. */
  valueInfo(tensor: string): ValueInfo | undefined {
    const named = ({ name }: ValueInfo): boolean => name === tensor;
    return this.#inputs.find(named) ?? this.#outputs.find(named) ?? this.#values.find(named);
  }

  /** A name that no tensor has yet, subgraphs included: `base`, `base_1`, … It is taken from then on. */
  uniqueName(base: string): string {
    const names = (this.#names ??= this.allNames());
    let name = base;
    for (let i = 1; names.has(name); i++) name = `${base}_${i}`;
    names.add(name);
    return name;
  }

  setInputs(inputs: readonly ValueInfo[]): void {
    this.touch();
    this.#inputs = inputs;
  }

  setOutputs(outputs: readonly ValueInfo[]): void {
    this.touch();
    this.#outputs = outputs;
  }

  setValues(values: readonly ValueInfo[]): void {
    this.touch();
    this.#values = values;
  }

  /** Adds an initializer, or replaces the one of that name. */
  setInitializer(tensor: Initializer): void {
    this.touch();
    this.#initializers.set(tensor.name, tensor);
  }

  removeInitializer(name: string): void {
    this.touch();
    this.#initializers.delete(name);
  }

  removeNodes(gone: ReadonlySet<GraphNode>): void {
    if (gone.size === 0) return;
    this.touch();
    this.#nodes = this.#nodes.filter((node) => !gone.has(node));
    for (const node of gone) {
      this.unlink(node);
      node.owner = undefined;
    }
  }

  /** Inserts nodes in front of others; those under `undefined` go to the end. */
  insertNodes(before: ReadonlyMap<GraphNode | undefined, readonly GraphNode[]>): void {
    this.touch();
    const last = before.get(undefined) ?? [];
    this.#nodes = [...this.#nodes.flatMap((node) => [...(before.get(node) ?? []), node]), ...last];
    for (const nodes of before.values()) nodes.forEach((node) => this.adopt(node));
  }

  /** Lets every reader of `from`, subgraphs apart, read `to`. */
  replaceUses(from: string, to: string): void {
    for (const node of this.consumers(from)) {
      if (node.inputs.includes(from)) node.setInputs(node.inputs.map((name) => (name === from ? to : name)));
    }
  }

  /** Whether a subgraph of some node reads the tensor: it then must keep its name. */
  usedInSubgraph(tensor: string): boolean {
    return this.consumers(tensor).some((node) => node.subgraphs?.outer.has(tensor));
  }

  clone(): Graph {
    return new Graph(
      {
        name: this.name,
        nodes: this.#nodes.map((node) => node.clone()),
        initializers: [...this.#initializers.values()],
        inputs: this.#inputs,
        outputs: this.#outputs,
        values: this.#values,
        sparse: this.sparse,
      },
      this.layout,
      this.#original,
    );
  }

  /** The GraphProto's bytes; with `tensor`, initializers are written its way instead of their own. */
  pieces(tensor?: (initializer: Initializer) => Pieces): Pieces {
    if (this.#original && !tensor) return this.#original;
    const items = new Map<number, readonly Message[]>([
      [NODE, this.#nodes],
      [INITIALIZER, [...this.#initializers.values()]],
      [INPUT, this.#inputs],
      [OUTPUT, this.#outputs],
      [VALUE_INFO, this.#values],
    ]);
    return this.layout.write(items, (item) => (tensor && item instanceof Initializer ? tensor(item) : item.pieces()));
  }

  /** Called when a node is about to change. */
  unlink(node: GraphNode): void {
    this.touch();
    for (const name of node.outputs) this.#producers.delete(name);
    for (const name of readNames(node)) this.#consumers.get(name)?.delete(node);
  }

  /** Called when a node has changed. */
  link(node: GraphNode): void {
    for (const name of node.outputs) if (name !== '') this.#producers.set(name, node);
    for (const name of readNames(node)) {
      const nodes = this.#consumers.get(name);
      if (nodes) nodes.add(node);
      else this.#consumers.set(name, new Set([node]));
    }
  }

  private touch(): void {
    this.#original = undefined;
  }

  private adopt(node: GraphNode): void {
    node.owner = this;
    this.link(node);
  }

  private allNames(): Set<string> {
    const names = new Set<string>([...this.#initializers.keys(), ...this.sparse]);
    for (const value of [...this.#inputs, ...this.#outputs, ...this.#values]) names.add(value.name);
    for (const node of this.#nodes) {
      names.add(node.name);
      for (const name of [...node.inputs, ...node.outputs]) names.add(name);
      node.subgraphs?.outer.forEach((name) => names.add(name));
      node.subgraphs?.inner.forEach((name) => names.add(name));
    }
    return names;
  }
}

function readNames(node: GraphNode): readonly string[] {
  const direct = node.inputs.filter((name) => name !== '');
  const { subgraphs } = node;
  return subgraphs ? [...direct, ...subgraphs.outer] : direct;
}

// SparseTensorProto: field 1 is the TensorProto of the values, which carries the name.
function sparseName(message: Uint8Array): string {
  const values = scanFields(message).find((field) => field.no === 1);
  return values ? Initializer.parse(values.payload, (file) => file).name : '';
}

/** Gives every node a name that is unique and stays the same while the graph is edited. */
function nameNodes(nodes: readonly GraphNode[]): void {
  const taken = new Set(nodes.map((node) => node.ownName));
  const seen = new Set<string>();
  nodes.forEach((node, index) => {
    let { ownName: name } = node;
    if (name === '' || seen.has(name)) {
      const base = `${node.opType}_${index}`;
      name = base;
      for (let i = 1; taken.has(name) || seen.has(name); i++) name = `${base}_${i}`;
    }
    seen.add(name);
    node.name = name;
  });
}
