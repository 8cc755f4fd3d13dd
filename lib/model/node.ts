import { attributeName, decodeAttribute, encodeAttribute, type Attribute } from './attribute.js';
import type { ExternalResolver, Initializer } from './initializer.js';
import { subgraphNames, type SubgraphNames } from './subgraphs.js';
import { bytesField, type Field, replaceFields, scanFields, type Pieces } from './wire/fields.js';

// NodeProto's field numbers.
const INPUT = 1;
const OUTPUT = 2;
const NAME = 3;
const OP_TYPE = 4;
const ATTRIBUTE = 5;
const DOMAIN = 7;

/** What a new node consists of. */
export interface NodeSpec {
  readonly opType: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Default: the ONNX domain. */
  readonly domain?: string;
}

/** Told before and after a node's inputs or outputs change, so that the graph's index stays right. */
export interface NodeOwner {
  unlink(node: GraphNode): void;
  link(node: GraphNode): void;
}

/**
 * An operator of the graph. An edit replaces the fields it is about and leaves all others as they are, also those that this
 * schema does not know.
 */
export class GraphNode {
  /** The graph that the node is in; set by the graph. */
  owner: NodeOwner | undefined;
  #fields: readonly Field[];
  #inputs: readonly string[];
  #outputs: readonly string[];
  #opType: string;
  #attributes: ReadonlyMap<string, Attribute> | undefined;
  #subgraphs: SubgraphNames | null | undefined;

  private constructor(
    fields: readonly Field[],
    private readonly resolve: ExternalResolver,
    /**
     * The node's own name, or a stable one that the graph made up for it (`Conv_12`) where it has none or shares it. Unique in
     * the graph; for reports and patterns, not written to the file.
     */
    public name: string,
  ) {
    this.#fields = fields;
    this.#inputs = texts(fields, INPUT);
    this.#outputs = texts(fields, OUTPUT);
    this.#opType = texts(fields, OP_TYPE)[0] ?? '';
  }

  /**
   * Reads a NodeProto.
   *
   * @throws Error where it is malformed.
   */
  static parse(message: Uint8Array, resolve: ExternalResolver): GraphNode {
    const fields = scanFields(message);
    const opType = texts(fields, OP_TYPE)[0] ?? '';
    const own = texts(fields, NAME)[0] ?? '';
    if (opType === '') throw new Error(`a node${own && ` named "${own}"`} without an operator`);
    return new GraphNode(fields, resolve, own);
  }

  /** A new node. */
  static create(spec: NodeSpec): GraphNode {
    const fields = [
      ...spec.inputs.map((name) => bytesField(INPUT, name)),
      ...spec.outputs.map((name) => bytesField(OUTPUT, name)),
      bytesField(NAME, spec.name),
      bytesField(OP_TYPE, spec.opType),
      ...Object.entries(spec.attributes ?? {}).map(([name, value]) => attributeField(name, value)),
      ...(spec.domain ? [bytesField(DOMAIN, spec.domain)] : []),
    ];
    return new GraphNode(fields, (file) => file, spec.name);
  }

  /** The name in the file; empty where there is none. */
  get ownName(): string {
    return texts(this.#fields, NAME)[0] ?? '';
  }

  get opType(): string {
    return this.#opType;
  }

  /** The operator's domain; the ONNX domain is `''`, also where the file writes `ai.onnx`. */
  get domain(): string {
    const domain = texts(this.#fields, DOMAIN)[0] ?? '';
    return domain === 'ai.onnx' ? '' : domain;
  }

  /** Input tensors; an omitted optional input is `''`. */
  get inputs(): readonly string[] {
    return this.#inputs;
  }

  /** Output tensors; an omitted optional output is `''`. */
  get outputs(): readonly string[] {
    return this.#outputs;
  }

  /** Names that the node's subgraphs use and define; `undefined` where it has none. */
  get subgraphs(): SubgraphNames | undefined {
    this.#subgraphs ??= subgraphNames(this.attributeFields().map((field) => field.payload)) ?? null;
    return this.#subgraphs ?? undefined;
  }

  get attributes(): ReadonlyMap<string, Attribute> {
    return (this.#attributes ??= new Map(
      this.attributeFields().map(({ payload }) => [attributeName(payload), decodeAttribute(payload, this.resolve)]),
    ));
  }

  /** Whether this is operator `opType` of the ONNX domain. */
  is(...opTypes: readonly string[]): boolean {
    return opTypes.includes(this.#opType) && this.domain === '';
  }

  has(attribute: string): boolean {
    return this.attributes.has(attribute);
  }

  int(name: string, fallback: number): number;
  int(name: string): number | undefined;
  int(name: string, fallback?: number): number | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.type === 'int' ? Number(attribute.value) : fallback;
  }

  ints(name: string): number[] | undefined {
    return this.bigints(name)?.map(Number);
  }

  /** Integers exactly; `ints` loses what is beyond 2^53, as Slice's open end is. */
  bigints(name: string): readonly bigint[] | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.type === 'ints' ? attribute.value : undefined;
  }

  float(name: string, fallback: number): number;
  float(name: string): number | undefined;
  float(name: string, fallback?: number): number | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.type === 'float' ? attribute.value : fallback;
  }

  floats(name: string): readonly number[] | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.type === 'floats' ? attribute.value : undefined;
  }

  string(name: string, fallback: string): string;
  string(name: string): string | undefined;
  string(name: string, fallback?: string): string | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.type === 'string' ? attribute.value : fallback;
  }

  tensor(name: string): Initializer | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.type === 'tensor' ? attribute.value : undefined;
  }

  setAttribute(name: string, value: Attribute): void {
    const kept = this.attributeFields().filter((field) => attributeName(field.payload) !== name);
    this.setAttributeFields([...kept, attributeField(name, value)]);
  }

  removeAttribute(name: string): void {
    this.setAttributeFields(this.attributeFields().filter((field) => attributeName(field.payload) !== name));
  }

  setOpType(opType: string): void {
    this.edit(() => {
      this.#opType = opType;
      this.#fields = replaceFields(this.#fields, OP_TYPE, [bytesField(OP_TYPE, opType)]);
    });
  }

  setInputs(names: readonly string[]): void {
    this.edit(() => {
      this.#inputs = [...names];
      this.#fields = replaceFields(
        this.#fields,
        INPUT,
        names.map((name) => bytesField(INPUT, name)),
      );
    });
  }

  /** Sets one input, filling omitted ones before it. */
  setInput(index: number, name: string): void {
    const inputs = [...this.#inputs];
    while (inputs.length < index) inputs.push('');
    inputs[index] = name;
    this.setInputs(inputs);
  }

  setOutputs(names: readonly string[]): void {
    this.edit(() => {
      this.#outputs = [...names];
      this.#fields = replaceFields(
        this.#fields,
        OUTPUT,
        names.map((name) => bytesField(OUTPUT, name)),
      );
    });
  }

  /** The same node for another graph: shares all bytes. */
  clone(): GraphNode {
    return new GraphNode(this.#fields, this.resolve, this.name);
  }

  /** The NodeProto's bytes. */
  pieces(): Pieces {
    return this.#fields.map((field) => field.raw);
  }

  private attributeFields(): Field[] {
    return this.#fields.filter((field) => field.no === ATTRIBUTE);
  }

  private setAttributeFields(fields: readonly Field[]): void {
    this.edit(() => {
      this.#attributes = undefined;
      this.#subgraphs = undefined;
      this.#fields = replaceFields(this.#fields, ATTRIBUTE, fields);
    });
  }

  private edit(change: () => void): void {
    this.owner?.unlink(this);
    change();
    this.owner?.link(this);
  }
}

function texts(fields: readonly Field[], no: number): string[] {
  return fields.filter((field) => field.no === no).map((field) => field.text);
}

function attributeField(name: string, value: Attribute): Field {
  return bytesField(ATTRIBUTE, Buffer.concat([...encodeAttribute(name, value)]));
}
