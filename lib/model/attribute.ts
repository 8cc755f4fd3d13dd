import { Initializer, type ExternalResolver } from './initializer.js';
import { onnx } from './proto.js';
import { bytesField, scanFields, wrapPieces, type Field, type Pieces } from './wire/fields.js';
import { toBigInt, toLong } from './wire/int64.js';

/** A node's attribute, by type. Types that calibrt never edits (sparse tensors, type protos) are `other`. */
export type Attribute =
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'ints'; readonly value: readonly bigint[] }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: Initializer }
  | { readonly type: 'graph'; readonly value: Uint8Array }
  | { readonly type: 'graphs'; readonly value: readonly Uint8Array[] }
  | { readonly type: 'other' };

// AttributeProto's field numbers.
const NAME = 1;
const TENSOR = 5;
const GRAPH = 6;
const GRAPHS = 11;
const TYPE = 20;

const Type = onnx.AttributeProto.AttributeType;
type TypeCode = (typeof Type)[keyof typeof Type];

/** The name of an encoded AttributeProto. */
export function attributeName(message: Uint8Array): string {
  return scanFields(message).find((field) => field.no === NAME)?.text ?? '';
}

/** Decodes an AttributeProto. Old models leave `type` out: then what is there decides. */
export function decodeAttribute(message: Uint8Array, resolve: ExternalResolver): Attribute {
  const fields = scanFields(message);
  const stated = fields.find((field) => field.no === TYPE);
  const type = stated ? typeCodes.get(stated.number) : guessType(fields);
  switch (type) {
    case Type.TENSOR:
      return { type: 'tensor', value: Initializer.parse(one(fields, TENSOR), resolve) };
    case Type.GRAPH:
      return { type: 'graph', value: one(fields, GRAPH) };
    case Type.GRAPHS:
      return { type: 'graphs', value: fields.filter((field) => field.no === GRAPHS).map((field) => field.payload) };
    case Type.INT:
    case Type.INTS:
    case Type.FLOAT:
    case Type.FLOATS:
    case Type.STRING:
    case Type.STRINGS:
      return decodeValue(message, type);
    default:
      return { type: 'other' };
  }
}

function decodeValue(message: Uint8Array, type: TypeCode): Attribute {
  const proto = onnx.AttributeProto.decode(message);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
  switch (type) {
    case Type.INT:
      return { type: 'int', value: toBigInt(proto.i) };
    case Type.INTS:
      return { type: 'ints', value: proto.ints.map((int: unknown) => toBigInt(int)) };
    case Type.FLOAT:
      return { type: 'float', value: proto.f };
    case Type.FLOATS:
      return { type: 'floats', value: proto.floats };
    case Type.STRING:
      return { type: 'string', value: text(proto.s) };
    default:
      return { type: 'strings', value: proto.strings.map(text) };
  }
}

/** Encodes an AttributeProto. */
export function encodeAttribute(name: string, attribute: Attribute): Pieces {
  const { type } = attribute;
  const text = (value: string): Uint8Array => Buffer.from(value, 'utf8');
  const encode = (content: Parameters<typeof onnx.AttributeProto.encode>[0]): Pieces => [
    onnx.AttributeProto.encode({ name, ...content }).finish(),
  ];
  switch (type) {
    case 'int':
      return encode({ type: Type.INT, i: toLong(attribute.value) });
    case 'ints':
      return encode({ type: Type.INTS, ints: attribute.value.map(toLong) });
    case 'float':
      return encode({ type: Type.FLOAT, f: attribute.value });
    case 'floats':
      return encode({ type: Type.FLOATS, floats: [...attribute.value] });
    case 'string':
      return encode({ type: Type.STRING, s: text(attribute.value) });
    case 'strings':
      return encode({ type: Type.STRINGS, strings: attribute.value.map(text) });
    case 'tensor':
      return [...encode({ type: Type.TENSOR }), ...wrapPieces(TENSOR, attribute.value.pieces())];
    case 'graph':
      return [...encode({ type: Type.GRAPH }), bytesField(GRAPH, attribute.value).raw];
    case 'graphs':
      return [...encode({ type: Type.GRAPHS }), ...attribute.value.map((graph) => bytesField(GRAPHS, graph).raw)];
    case 'other':
      throw new TypeError(`attribute ${name} is of a type that is never rewritten`);
  }
}

function one(fields: readonly Field[], no: number): Uint8Array {
  const field = fields.find((candidate) => candidate.no === no);
  if (!field) throw new Error('an attribute without the value that its type promises');
  return field.payload;
}

// Field number of each value, in AttributeProto; ONNX IR 1 wrote no type.
const valueFields: readonly (readonly [number, TypeCode])[] = [
  [2, Type.FLOAT],
  [3, Type.INT],
  [4, Type.STRING],
  [TENSOR, Type.TENSOR],
  [GRAPH, Type.GRAPH],
  [7, Type.FLOATS],
  [8, Type.INTS],
  [9, Type.STRINGS],
  [GRAPHS, Type.GRAPHS],
];

const typeCodes: ReadonlyMap<number, TypeCode> = new Map(valueFields.map(([, type]) => [type, type]));

function guessType(fields: readonly Field[]): TypeCode {
  return valueFields.find(([no]) => fields.some((field) => field.no === no))?.[1] ?? Type.UNDEFINED;
}
