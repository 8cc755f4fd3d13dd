import type { Tensor } from '../../../data/index.js';

/** trtexec's words for element types. */
const typeNames: Readonly<Record<string, string>> = {
  float32: 'fp32',
  float16: 'fp16',
  bfloat16: 'bf16',
  float8e4m3fn: 'fp8',
};

/** `float32` → `fp32`; other names are the same. */
export function typeName(dtype: string): string {
  return typeNames[dtype] ?? dtype;
}

const longestName = 150;

/**
 * File name of a binding for `--dumpRawBindingsToFile`: `NAME.input.1x3.fp32.raw` with dots in the dimensions; what is no letter,
 * digit, dot, comma or dash is `_`, and the middle of a long name is left out.
 */
export function rawFileName(name: string, mode: 'input' | 'output', { shape, dtype }: Tensor): string {
  const full = `${name}.${mode}.${shape.join('.')}.${typeName(dtype)}.raw`.replace(/[^A-Za-z0-9._,-]/g, '_');
  if (full.length <= longestName) return full;
  const kept = longestName - 3;
  const head = Math.ceil(kept / 2);
  return `${full.slice(0, head)}...${full.slice(full.length - (kept - head))}`;
}

/** A tensor's bytes, little-endian. */
export function rawBytes({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
