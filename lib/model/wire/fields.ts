import protobuf from 'protobufjs/minimal.js';
import { toBigInt } from './int64.js';

/** Wire types of the protobuf encoding that ONNX uses. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * One field of a protobuf message, kept as the bytes it was read from: a message that is not edited is written back from
 * these, so what our schema does not know survives.
 */
export class Field {
  constructor(
    /** Field number. */
    readonly no: number,
    readonly wireType: number,
    /** Tag, length and content as they stand in the file. */
    readonly raw: Uint8Array,
    private readonly head: number,
  ) {}

  /** The content without tag and length. */
  get payload(): Uint8Array {
    return this.raw.subarray(this.head);
  }

  /** The content as UTF-8 text. */
  get text(): string {
    return Buffer.from(this.raw.buffer, this.raw.byteOffset + this.head, this.raw.length - this.head).toString('utf8');
  }

  /** The content as a signed 64-bit varint. */
  get bigint(): bigint {
    return toBigInt(protobuf.Reader.create(this.payload).int64());
  }

  /** The content as a varint; beyond ±2^53 it loses its last bits. */
  get number(): number {
    return Number(this.bigint);
  }
}

/** A view of the same bytes that the protobuf reader takes its fast path on. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Splits a message into its fields, in order, without copying or looking inside them.
 *
 * @throws Error where the bytes are no protobuf message; the caller says which file and part it was.
 */
export function scanFields(message: Uint8Array): Field[] {
  const buffer = asBuffer(message);
  const reader = protobuf.Reader.create(buffer);
  const fields: Field[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const no = tag >>> 3;
    const wireType = tag & 7;
    if (no === 0) throw new Error(`field number 0 at byte ${start}`);
    let body = reader.pos;
    if (wireType === WireType.bytes) {
      const length = reader.uint32();
      body = reader.pos;
      reader.skip(length);
    } else {
      reader.skipType(wireType);
    }
    fields.push(new Field(no, wireType, buffer.subarray(start, reader.pos), body - start));
  }
  return fields;
}

/** Tag and length of a length-delimited field whose content of `length` bytes follows. */
export function bytesHead(no: number, length: number): Uint8Array {
  return protobuf.Writer.create()
    .uint32(((no << 3) | WireType.bytes) >>> 0)
    .uint32(length)
    .finish();
}

/** A new length-delimited field; copies `content`, so not for weights. */
export function bytesField(no: number, content: Uint8Array | string): Field {
  const body = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const head = bytesHead(no, body.length);
  return new Field(no, WireType.bytes, Buffer.concat([head, body]), head.length);
}

/** A new varint field. */
export function varintField(no: number, value: number): Field {
  const writer = protobuf.Writer.create().uint32(((no << 3) | WireType.varint) >>> 0);
  const head = writer.len;
  return new Field(no, WireType.varint, asBuffer(writer.int64(value).finish()), head);
}

/**
 * `fields` with all occurrences of number `no` replaced, at the place of the first (at the end where there was none); the
 * others stay as they are.
 */
export function replaceFields(fields: readonly Field[], no: number, replacement: readonly Field[]): Field[] {
  const first = fields.findIndex((field) => field.no === no);
  const rest = fields.filter((field) => field.no !== no);
  if (first < 0) return [...rest, ...replacement];
  return [...rest.slice(0, first), ...replacement, ...rest.slice(first)];
}

/** Bytes in pieces, for writing without joining. */
export type Pieces = readonly Uint8Array[];

/** Total length of `pieces`. */
export function piecesLength(pieces: Pieces): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** A length-delimited field around `content`, not copied. */
export function wrapPieces(no: number, content: Pieces): Uint8Array[] {
  return [bytesHead(no, piecesLength(content)), ...content];
}
