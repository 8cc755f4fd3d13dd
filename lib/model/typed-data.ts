import protobuf from 'protobufjs/minimal.js';
import type { DataType } from '../data/tensor.js';
import { elementBytes } from './element-type.js';
import { WireType, type Field } from './wire/fields.js';
import { toBigInt } from './wire/int64.js';

// TensorProto's typed value fields; everything narrower than 32 bits travels in int32_data.
const FLOAT_DATA = 4;
const INT32_DATA = 5;
const INT64_DATA = 7;
const DOUBLE_DATA = 10;
const UINT64_DATA = 11;

/**
 * The values of a tensor that is stored in the typed fields instead of raw_data, as raw little-endian bytes.
 *
 * @throws Error where there are not `count` of them.
 */
export function typedDataBytes(fields: readonly Field[], dtype: DataType, count: number): Uint8Array {
  const out = new Uint8Array((elementBytes(dtype, 1) ?? 1) * count);
  const filled =
    dtype === 'float32'
      ? copyFixed(fields, FLOAT_DATA, out)
      : dtype === 'float64'
        ? copyFixed(fields, DOUBLE_DATA, out)
        : readVarints(fields, dtype, out);
  if (filled !== out.length) throw new Error(`a tensor of ${count} ${dtype} values holds ${filled} bytes of them`);
  return out;
}

// Packed float_data is little-endian float32 already.
function copyFixed(fields: readonly Field[], no: number, out: Uint8Array): number {
  let at = 0;
  for (const field of fields) {
    if (field.no !== no) continue;
    const bytes = field.payload;
    if (at + bytes.length > out.length) return at + bytes.length;
    out.set(bytes, at);
    at += bytes.length;
  }
  return at;
}

function readVarints(fields: readonly Field[], dtype: DataType, out: Uint8Array): number {
  const width = elementBytes(dtype, 1) ?? 1;
  const no = dtype === 'int64' ? INT64_DATA : dtype === 'uint64' || dtype === 'uint32' ? UINT64_DATA : INT32_DATA;
  const view = new DataView(out.buffer);
  let at = 0;
  for (const field of fields) {
    if (field.no !== no || (field.wireType !== WireType.varint && field.wireType !== WireType.bytes)) continue;
    const reader = protobuf.Reader.create(field.payload);
    while (reader.pos < reader.len) {
      if (at + width > out.length) return at + width;
      if (width === 8) view.setBigInt64(at, toBigInt(reader.int64()), true);
      else if (width === 4)
        view.setInt32(at, no === UINT64_DATA ? Number(toBigInt(reader.uint64())) | 0 : reader.int32(), true);
      else if (width === 2) view.setInt16(at, reader.int32(), true);
      else view.setInt8(at, reader.int32());
      at += width;
    }
  }
  return at;
}
