import protobuf from 'protobufjs/minimal.js';

/** A 64-bit integer as protobufjs hands it out (a `Long`, or a number), exactly. */
export function toBigInt(value: unknown): bigint {
  return BigInt((value as { toString(): string } | null | undefined)?.toString() ?? '0');
}

/** A bigint as protobufjs takes it, exact over all of int64 (Slice's "to the end" is 2^63 - 1). */
export function toLong(value: bigint): number {
  const long = protobuf.util.Long as unknown as { fromString(text: string): unknown };
  // Its declared type is a number or a Long, which has no declaration of its own here.
  return long.fromString(value.toString()) as number;
}
