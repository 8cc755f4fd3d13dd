import type { DataType, Tensor } from '#lib/data/tensor.js';

const kinds: Partial<Record<DataType, string>> = {
  float32: 'f4',
  float64: 'f8',
  uint8: 'u1',
  int32: 'i4',
  int64: 'i8',
};

/** A `.npy` file of version 1, C order; for tests that need files of their own. */
export function encodeNpy({ dtype, shape, data }: Tensor, bigEndian = false): Buffer {
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '${bigEndian ? '>' : '<'}${kinds[dtype]!}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const header = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + '\n';
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  prefix.writeUInt16LE(header.length, 8);
  const body = Buffer.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (bigEndian && data.BYTES_PER_ELEMENT === 4) body.swap32();
  if (bigEndian && data.BYTES_PER_ELEMENT === 8) body.swap64();
  return Buffer.concat([prefix, Buffer.from(header), body]);
}
