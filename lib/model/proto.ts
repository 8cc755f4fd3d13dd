/** The one door to the ONNX protobuf classes; they serve leaf messages only (attributes, types, heads of tensors). */
import onnxProto from 'onnx-proto';
import protobuf from 'protobufjs/minimal.js';

export const onnx = onnxProto.onnx;

/** A 64-bit integer as onnx-proto takes it. */
export type Int64 = NonNullable<onnxProto.onnx.IAttributeProto['i']>;

/** A 64-bit integer as onnx-proto hands it out: a `Long`, or a number. */
export function toBigInt(value: { toString(): string } | null | undefined): bigint {
  return BigInt(value?.toString() ?? '0');
}

/** A bigint as onnx-proto takes it, exact over all of int64 (Slice's "to the end" is 2^63 - 1). */
export function toLong(value: bigint): Int64 {
  const long = protobuf.util.Long as unknown as { fromString(text: string): Int64 };
  return long.fromString(value.toString());
}
