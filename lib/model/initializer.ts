import protobuf from 'protobufjs/minimal.js';
import { viewAs } from '../data/dtype.js';
import type { DataType, Tensor, TensorData } from '../data/tensor.js';
import { CalibrtError } from '../errors.js';
import { elementBytes, elementTypeCode, elementTypeName, isDataType, type ElementType } from './element-type.js';
import { readExternal, type ExternalLocation } from './external.js';
import { onnx } from './proto.js';
import { typedDataBytes } from './typed-data.js';
import { bytesField, Field, replaceFields, scanFields, wrapPieces, type Pieces } from './wire/fields.js';
import { toBigInt } from './wire/int64.js';

// TensorProto's field numbers.
const DIMS = 1;
const DATA_TYPE = 2;
const NAME = 8;
const RAW_DATA = 9;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;

/** Turns a relative external file name into a path; the model that a tensor came from supplies it. */
export type ExternalResolver = (file: string) => string;

/** A constant tensor of the graph. Immutable: an edit makes another. Its values are read on demand. */
export class Initializer {
  private constructor(
    private readonly fields: readonly Field[],
    private readonly resolve: ExternalResolver,
    readonly name: string,
    readonly dtype: ElementType,
    readonly dims: readonly number[],
    /** Where the values are when they are not in the model file. */
    readonly external: ExternalLocation | undefined,
    /** The values of a tensor that was made here: raw, little-endian. */
    private readonly own: Uint8Array | undefined,
  ) {}

  /**
   * Reads a TensorProto's head.
   *
   * @throws Error where it is malformed; {@link openModel} says which file.
   */
  static parse(message: Uint8Array, resolve: ExternalResolver): Initializer {
    const fields = scanFields(message);
    const name = fields.find((field) => field.no === NAME)?.text ?? '';
    const dims = readDims(fields);
    const dtype = elementTypeName(fields.find((field) => field.no === DATA_TYPE)?.number ?? 0);
    const isExternal = fields.some((field) => field.no === DATA_LOCATION && field.number === 1);
    const external = isExternal ? readLocation(fields, name, dtype, dims) : undefined;
    const tensor = new Initializer(fields, resolve, name, dtype, dims, external, undefined);
    tensor.check();
    return tensor;
  }

  /** A new tensor. `tensor.data` is kept, not copied: do not change it afterwards. */
  static create(name: string, tensor: Tensor): Initializer {
    const head = onnx.TensorProto.encode({
      dims: [...tensor.shape],
      dataType: elementTypeCode(tensor.dtype),
      name,
    }).finish();
    const { buffer, byteOffset, byteLength } = tensor.data;
    const own = new Uint8Array(buffer, byteOffset, byteLength);
    return new Initializer(scanFields(head), noExternal, name, tensor.dtype, [...tensor.shape], undefined, own);
  }

  /**
   * A new tensor of a type that has no typed array, such as FP8. `bytes` are its values as raw data holds them; kept, not copied.
   *
   * @throws Error where they are not as many as type and shape want.
   */
  static fromBytes(name: string, dtype: ElementType, dims: readonly number[], bytes: Uint8Array): Initializer {
    const head = onnx.TensorProto.encode({ dims: [...dims], dataType: elementTypeCode(dtype), name }).finish();
    const tensor = new Initializer(scanFields(head), noExternal, name, dtype, [...dims], undefined, bytes);
    if (tensor.byteLength !== bytes.length) {
      throw new Error(`tensor "${name}" of type ${dtype} takes ${tensor.byteLength} bytes, not ${bytes.length}`);
    }
    return tensor;
  }

  /** Number of elements. */
  get size(): number {
    return this.dims.reduce((product, dim) => product * dim, 1);
  }

  /** Bytes that the values take; 0 for strings. */
  get byteLength(): number {
    return elementBytes(this.dtype, this.size) ?? 0;
  }

  /** The same tensor under another name; shares the values. */
  renamed(name: string): Initializer {
    const fields = replaceFields(this.fields, NAME, [bytesField(NAME, name)]);
    return new Initializer(fields, this.resolve, name, this.dtype, this.dims, this.external, this.own);
  }

  /**
   * The values: a view of the model's bytes where these happen to be aligned, a copy otherwise. Do not write to it.
   *
   * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` for types without a typed array (strings, 4-bit, FP8, complex);
   * `ERR_MODEL_INVALID` where an external file cannot be read.
   */
  async read(): Promise<Tensor> {
    const { dtype } = this;
    if (!isDataType(dtype)) {
      throw new CalibrtError(
        'ERR_MODEL_UNSUPPORTED',
        `tensor "${this.name}" is of type ${dtype}, which cannot be read here`,
      );
    }
    return { dtype, shape: this.dims, data: typedArray(dtype, await this.bytes(dtype)) };
  }

  /**
   * The values of a float32 tensor in memory of their own, which may be written to.
   *
   * @throws CalibrtError `ERR_MODEL_INVALID` where an external file cannot be read.
   */
  async copyFloats(): Promise<Float32Array> {
    return new Float32Array(new Uint8Array(await this.bytes('float32')).buffer);
  }

  /** As {@link Initializer.copyFloats}, at once; `undefined` for what lies in an external file, which has to be waited for. */
  copyInlineFloats(): Float32Array | undefined {
    return this.external ? undefined : new Float32Array(new Uint8Array(this.inlineBytes('float32')).buffer);
  }

  /** The external file's path on this machine. */
  externalPath(): string | undefined {
    return this.external && this.resolve(this.external.file);
  }

  /** The TensorProto's bytes. */
  pieces(): Pieces {
    const raw = this.fields.map((field) => field.raw);
    return this.own ? [...raw, ...wrapPieces(RAW_DATA, [this.own])] : raw;
  }

  /** The TensorProto with its values at `location` instead. */
  piecesAt(location: ExternalLocation): Pieces {
    const kept = this.fields.filter(({ no }) => no !== RAW_DATA && no !== EXTERNAL_DATA && no !== DATA_LOCATION);
    const entries = onnx.TensorProto.encode({
      externalData: [
        { key: 'location', value: location.file },
        { key: 'offset', value: String(location.offset) },
        { key: 'length', value: String(location.length) },
      ],
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
    }).finish();
    return [...kept.map((field) => field.raw), entries];
  }

  /** Raw values that could move to an external file as they are; `undefined` for other storage. */
  rawBytes(): Uint8Array | undefined {
    return this.own ?? this.fields.find((field) => field.no === RAW_DATA)?.payload;
  }

  private async bytes(dtype: DataType): Promise<Uint8Array> {
    return this.external
      ? readExternal(this.resolve(this.external.file), this.external.offset, this.external.length)
      : this.inlineBytes(dtype);
  }

  private inlineBytes(dtype: DataType): Uint8Array {
    const raw = this.rawBytes();
    if (raw) return raw;
    try {
      return typedDataBytes(this.fields, dtype, this.size);
    } catch (cause) {
      const shape = this.dims.join(', ');
      throw new CalibrtError(
        'ERR_MODEL_INVALID',
        `tensor "${this.name}" of type ${dtype} and shape [${shape}] does not hold ${this.size} values: the model is damaged`,
        { cause },
      );
    }
  }

  private check(): void {
    const expected = elementBytes(this.dtype, this.size);
    const raw = this.fields.find((field) => field.no === RAW_DATA);
    const got = this.external?.length ?? raw?.payload.length;
    if (expected !== undefined && got !== undefined && got !== expected) {
      throw new Error(
        `tensor "${this.name}" of type ${this.dtype} and shape [${this.dims.join(', ')}] holds ${got} bytes instead of ${expected}`,
      );
    }
  }
}

function readDims(fields: readonly Field[]): number[] {
  const dims: number[] = [];
  for (const field of fields) {
    if (field.no !== DIMS) continue;
    // Packed or one by one: a protobuf reader has to take both.
    const reader = protobuf.Reader.create(field.payload);
    while (reader.pos < reader.len) dims.push(Number(toBigInt(reader.int64())));
  }
  if (dims.some((dim) => dim < 0)) throw new Error(`a tensor has the shape [${dims.join(', ')}]`);
  return dims;
}

function readLocation(
  fields: readonly Field[],
  name: string,
  dtype: ElementType,
  dims: readonly number[],
): ExternalLocation {
  const entries = new Map<string, string>();
  for (const field of fields) {
    if (field.no !== EXTERNAL_DATA) continue;
    const entry = onnx.StringStringEntryProto.decode(field.payload);
    entries.set(entry.key, entry.value);
  }
  const file = entries.get('location');
  if (file === undefined) throw new Error(`tensor "${name}" says its data is external but not where`);
  const size = elementBytes(
    dtype,
    dims.reduce((product, dim) => product * dim, 1),
  );
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? size);
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(length) || length < 0) {
    throw new Error(`tensor "${name}" has an external data offset or length that is no number`);
  }
  return { file, offset, length };
}

function noExternal(file: string): string {
  throw new CalibrtError('ERR_INTERNAL', `a tensor made in memory refers to ${file}`);
}

/** `bytes` as the typed array of `dtype`: a view where the address is aligned, else a copy. */
function typedArray(dtype: DataType, bytes: Uint8Array): TensorData {
  const width = elementBytes(dtype, 1) ?? 1;
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return viewAs(dtype, aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / width);
}
