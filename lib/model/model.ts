import { CalibrtError } from '../errors.js';
import { resolveExternal } from './external.js';
import { Graph } from './graph.js';
import { hashModel } from './hash.js';
import type { Initializer } from './initializer.js';
import type { GraphNode } from './node.js';
import { onnx } from './proto.js';
import { saveModel, type SaveOptions } from './save.js';
import type { ValueInfo } from './value-info.js';
import {
  bytesField,
  piecesLength,
  scanFields,
  varintField,
  WireType,
  wrapPieces,
  type Field,
  type Pieces,
} from './wire/fields.js';
import { toBigInt } from './wire/int64.js';

// ModelProto's field numbers.
const IR_VERSION = 1;
const PRODUCER_NAME = 2;
const PRODUCER_VERSION = 3;
const GRAPH = 7;
const OPSET_IMPORT = 8;
const METADATA = 14;
const FUNCTIONS = 25;

/** Protobuf's limit for one message. */
const largestMessage = 2 ** 31 - 1;

/** Where a model came from: its file, the folder of its external data, its bytes. */
export interface ModelSource {
  readonly path: string;
  readonly folder: string;
  readonly bytes: Uint8Array;
}

/**
 * An ONNX model in memory. Its graph can be edited; whatever is not edited is written back byte for byte, also what this
 * version of the ONNX schema does not know. Weights are views of the file's bytes, or stay in their external files until they
 * are asked for.
 */
export class Model {
  #sha256: Promise<string> | undefined;

  private constructor(
    readonly source: ModelSource,
    readonly graph: Graph,
    private fields: readonly Field[],
    /** Version of the ONNX file format. */
    public irVersion: number,
    private readonly opsets: Map<string, number>,
  ) {}

  /**
   * Reads a ModelProto.
   *
   * @throws Error where it is malformed; {@link openModel} says which file and what was expected.
   */
  static parse(source: ModelSource): Model {
    const fields = scanFields(source.bytes);
    checkFields(fields);
    const [graphField, ...others] = fields.filter((field) => field.no === GRAPH);
    if (!graphField || others.length > 0)
      throw new Error(graphField ? 'it holds more than one graph' : 'it holds no graph');
    const opsets = new Map<string, number>();
    for (const field of fields) {
      if (field.no !== OPSET_IMPORT) continue;
      const [domain, version] = readOpset(field);
      opsets.set(domain, version);
    }
    if (opsets.size === 0) throw new Error('it names no operator set');
    const resolve = (file: string): string => resolveExternal(source.path, source.folder, file);
    const graph = Graph.parse(graphField.payload, resolve);
    const irVersion = fields.find((field) => field.no === IR_VERSION)?.number ?? 0;
    return new Model(source, graph, fields, irVersion, opsets);
  }

  /** A new model around `graph`, in memory only. */
  static create(graph: Graph, irVersion: number, opsets: ReadonlyMap<string, number>): Model {
    const fields = [varintField(IR_VERSION, irVersion), bytesField(GRAPH, '')];
    return new Model({ path: '', folder: '', bytes: new Uint8Array(0) }, graph, fields, irVersion, new Map(opsets));
  }

  /** The file that the model was opened from. */
  get path(): string {
    return this.source.path;
  }

  /** Version of the ONNX operator set; 0 where the model uses other domains only. */
  get opset(): number {
    return this.opsets.get('') ?? 0;
  }

  set opset(version: number) {
    this.opsets.set('', version);
  }

  /** Operator sets by domain; the ONNX domain is `''`. */
  get opsetImports(): ReadonlyMap<string, number> {
    return this.opsets;
  }

  /** The program that wrote the model, with its version; empty where it does not say. */
  get producer(): string {
    const text = (no: number): string => this.fields.find((field) => field.no === no)?.text ?? '';
    return [text(PRODUCER_NAME), text(PRODUCER_VERSION)].filter(Boolean).join(' ');
  }

  /** What the model says about itself, by key: its `metadata_props`. */
  get metadata(): ReadonlyMap<string, string> {
    return new Map(this.fields.filter(({ no }) => no === METADATA).map(readEntry));
  }

  /** Sets one entry of the metadata, or removes it. The others stay as they are. */
  setMetadata(key: string, value: string | undefined): void {
    const kept = this.fields.filter((field) => field.no !== METADATA || readEntry(field)[0] !== key);
    const entry = value === undefined ? [] : [writeEntry(key, value)];
    this.fields = [...kept, ...entry];
  }

  /** Whether the model defines functions of its own. */
  get hasFunctions(): boolean {
    return this.fields.some((field) => field.no === FUNCTIONS);
  }

  /** The inputs that must be fed: declared inputs that are no weights. */
  get inputs(): readonly ValueInfo[] {
    return this.graph.feeds;
  }

  get outputs(): readonly ValueInfo[] {
    return this.graph.outputs;
  }

  get nodes(): readonly GraphNode[] {
    return this.graph.nodes;
  }

  get initializers(): ReadonlyMap<string, Initializer> {
    return this.graph.initializers;
  }

  /**
   * SHA-256 in hex of the model as it was opened, later edits apart: of the file's bytes (as `sha256sum` prints it) or, with
   * external data, of these and every external file's hash, in order of name. Computed once, off the JS thread or in small
   * steps.
   */
  sha256(): Promise<string> {
    return (this.#sha256 ??= hashModel(this));
  }

  /** A copy that can be edited apart; shares all bytes. */
  clone(): Model {
    const copy = new Model(this.source, this.graph.clone(), this.fields, this.irVersion, new Map(this.opsets));
    copy.#sha256 = this.#sha256;
    return copy;
  }

  /** The ModelProto in pieces that share the weights' bytes; with `tensor`, initializers are written its way. */
  pieces(tensor?: (initializer: Initializer) => Pieces): Pieces {
    const out: Uint8Array[] = [];
    const written = new Set<string>();
    for (const field of this.fields) {
      if (field.no === GRAPH) out.push(...this.graphPieces(field, tensor));
      else if (field.no === IR_VERSION) out.push(varint(IR_VERSION, this.irVersion, field));
      else if (field.no === OPSET_IMPORT) {
        const [domain, version] = readOpset(field);
        written.add(domain);
        out.push(
          this.opsets.get(domain) === version ? field.raw : writeOpset(domain, this.opsets.get(domain) ?? version),
        );
      } else out.push(field.raw);
    }
    for (const [domain, version] of this.opsets) if (!written.has(domain)) out.push(writeOpset(domain, version));
    return out;
  }

  /**
   * The ModelProto's bytes. External data stays external, its locations relative to the model's folder.
   *
   * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` beyond 2 GB, where only {@link Model.save} can write it.
   */
  toBytes(): Uint8Array {
    const pieces = this.pieces();
    if (piecesLength(pieces) > largestMessage) {
      throw new CalibrtError(
        'ERR_MODEL_UNSUPPORTED',
        `${this.path} holds more than 2 GB inside: save it to a file instead`,
      );
    }
    return Buffer.concat([...pieces]);
  }

  /**
   * Writes the model, whole or not at all. External tensors: in the folder that the model came from they go on referring to
   * the same files; elsewhere those still in use are copied into one file `<name>.data` beside the output. Values that would
   * take the model file beyond protobuf's 2 GB go to that file too.
   *
   * @throws CalibrtError `ERR_OUTPUT` where it cannot be written; `ERR_MODEL_UNSUPPORTED` where the body of a control-flow node has
   * external data and the folder is another.
   */
  async save(path: string, options: SaveOptions = {}): Promise<void> {
    await saveModel(this, path, options);
  }

  private graphPieces(field: Field, tensor?: (initializer: Initializer) => Pieces): Pieces {
    return this.graph.edited || tensor ? wrapPieces(GRAPH, this.graph.pieces(tensor)) : [field.raw];
  }
}

function varint(no: number, value: number, original: Field): Uint8Array {
  return original.number === value ? original.raw : varintField(no, value).raw;
}

function readOpset(field: Field): [domain: string, version: number] {
  const opset = onnx.OperatorSetIdProto.decode(field.payload);
  return [opset.domain === 'ai.onnx' ? '' : opset.domain, Number(toBigInt(opset.version))];
}

function writeOpset(domain: string, version: number): Uint8Array {
  return bytesField(OPSET_IMPORT, onnx.OperatorSetIdProto.encode({ domain, version }).finish()).raw;
}

function readEntry(field: Field): [key: string, value: string] {
  const { key, value } = onnx.StringStringEntryProto.decode(field.payload);
  return [key, value];
}

function writeEntry(key: string, value: string): Field {
  return bytesField(METADATA, onnx.StringStringEntryProto.encode({ key, value }).finish());
}

// Wire types of ModelProto's known fields: random bytes or another format seldom agree with all of them.
const wireTypes: ReadonlyMap<number, number> = new Map([
  [IR_VERSION, WireType.varint],
  [PRODUCER_NAME, WireType.bytes],
  [PRODUCER_VERSION, WireType.bytes],
  [4, WireType.bytes],
  [5, WireType.varint],
  [6, WireType.bytes],
  [GRAPH, WireType.bytes],
  [OPSET_IMPORT, WireType.bytes],
  [METADATA, WireType.bytes],
  [FUNCTIONS, WireType.bytes],
]);

function checkFields(fields: readonly Field[]): void {
  const wrong = fields.find(({ no, wireType }) => (wireTypes.get(no) ?? wireType) !== wireType);
  if (wrong) throw new Error(`field ${wrong.no} is not of the kind that ONNX has there`);
  if (!fields.some(({ no }) => no === IR_VERSION)) throw new Error('it states no IR version');
}
