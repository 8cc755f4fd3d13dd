import { elementTypeCode, elementTypeName, type ElementType } from './element-type.js';
import { onnx } from './proto.js';
import { bytesField, replaceFields, scanFields, type Pieces } from './wire/fields.js';
import { toBigInt } from './wire/int64.js';

/** A tensor's name and type as the model states them. */
export interface TensorInfo {
  readonly name: string;
  /** `undefined` where the model does not say, or where the value is no tensor (a sequence, a map). */
  readonly dtype: ElementType | undefined;
  /** Each dimension: a number, a symbol, or null where it is open. `undefined`: not even the rank is known. */
  readonly shape: readonly (number | string | null)[] | undefined;
}

const NAME = 1;
const TYPE = 2;

/** A graph input, output or inner value with its type. Immutable. */
export class ValueInfo implements TensorInfo {
  #type: Pick<TensorInfo, 'dtype' | 'shape'> | undefined;

  private constructor(
    private readonly message: Uint8Array,
    readonly name: string,
  ) {}

  static parse(message: Uint8Array): ValueInfo {
    return new ValueInfo(message, scanFields(message).find((field) => field.no === NAME)?.text ?? '');
  }

  static create(info: TensorInfo): ValueInfo {
    const message = onnx.ValueInfoProto.encode({
      name: info.name,
      ...(info.dtype === undefined ? {} : { type: { tensorType: encodeType(info.dtype, info.shape) } }),
    }).finish();
    return new ValueInfo(message, info.name);
  }

  get dtype(): ElementType | undefined {
    return this.type.dtype;
  }

  get shape(): TensorInfo['shape'] {
    return this.type.shape;
  }

  /** Whether the value is a tensor or of unknown type, and not a sequence, map or optional. */
  get isTensor(): boolean {
    const { type } = onnx.ValueInfoProto.decode(this.message);
    return !type || !!type.tensorType;
  }

  renamed(name: string): ValueInfo {
    const fields = replaceFields(scanFields(this.message), NAME, [bytesField(NAME, name)]);
    return new ValueInfo(Buffer.concat(fields.map((field) => field.raw)), name);
  }

  /** The same value with another shape; what else is stated about it stays. */
  withShape(shape: NonNullable<TensorInfo['shape']>): ValueInfo {
    const { dtype } = this;
    if (dtype === undefined) return this;
    const type = onnx.TypeProto.encode({ tensorType: encodeType(dtype, shape) }).finish();
    const fields = replaceFields(scanFields(this.message), TYPE, [bytesField(TYPE, type)]);
    return new ValueInfo(Buffer.concat(fields.map((field) => field.raw)), this.name);
  }

  pieces(): Pieces {
    return [this.message];
  }

  private get type(): Pick<TensorInfo, 'dtype' | 'shape'> {
    return (this.#type ??= decodeType(this.message));
  }
}

function decodeType(message: Uint8Array): Pick<TensorInfo, 'dtype' | 'shape'> {
  const tensor = onnx.ValueInfoProto.decode(message).type?.tensorType;
  if (!tensor) return { dtype: undefined, shape: undefined };
  const shape = tensor.shape?.dim?.map((dim) => {
    if (dim.dimParam) return dim.dimParam;
    // Some exporters write -1 for an open dimension.
    const size = dim.dimValue === null || dim.dimValue === undefined ? -1 : Number(toBigInt(dim.dimValue));
    return size < 0 ? null : size;
  });
  return { dtype: elementTypeName(tensor.elemType ?? 0), shape };
}

function encodeType(dtype: ElementType, shape: TensorInfo['shape']): object {
  const dim = shape?.map((size) =>
    size === null ? {} : typeof size === 'string' ? { dimParam: size } : { dimValue: size },
  );
  return { elemType: elementTypeCode(dtype), ...(dim ? { shape: { dim } } : {}) };
}
