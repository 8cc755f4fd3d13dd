import type { DataType } from '../data/tensor.js';

/** Element types of ONNX, in lower-case names; a superset of {@link DataType}. */
export type ElementType =
  | DataType
  | 'undefined'
  | 'string'
  | 'complex64'
  | 'complex128'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'uint4'
  | 'int4'
  | 'float4e2m1'
  | 'float8e8m0'
  | 'uint2'
  | 'int2'
  | `type ${number}`;

// Index: TensorProto.DataType. Bits per element; 0 where there is no fixed size.
const types: readonly (readonly [ElementType, number])[] = [
  ['undefined', 0],
  ['float32', 32],
  ['uint8', 8],
  ['int8', 8],
  ['uint16', 16],
  ['int16', 16],
  ['int32', 32],
  ['int64', 64],
  ['string', 0],
  ['bool', 8],
  ['float16', 16],
  ['float64', 64],
  ['uint32', 32],
  ['uint64', 64],
  ['complex64', 64],
  ['complex128', 128],
  ['bfloat16', 16],
  ['float8e4m3fn', 8],
  ['float8e4m3fnuz', 8],
  ['float8e5m2', 8],
  ['float8e5m2fnuz', 8],
  ['uint4', 4],
  ['int4', 4],
  ['float4e2m1', 4],
  ['float8e8m0', 8],
  ['uint2', 2],
  ['int2', 2],
];

/** The name of ONNX element type `code`; a code newer than this table reads `type N`. */
export function elementTypeName(code: number): ElementType {
  return types[code]?.[0] ?? `type ${code}`;
}

/** The ONNX code of an element type. */
export function elementTypeCode(name: ElementType): number {
  const code = types.findIndex(([type]) => type === name);
  return code >= 0 ? code : Number(name.replace('type ', ''));
}

/** Bytes of `count` elements, sub-byte types packed; `undefined` where the type has no fixed size. */
export function elementBytes(name: ElementType, count: number): number | undefined {
  const bits = types.find(([type]) => type === name)?.[1];
  return bits ? Math.ceil((count * bits) / 8) : undefined;
}

const dataTypes = new Set<string>([
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
] satisfies DataType[]);

/** Whether values of this type can be read as a {@link DataType} typed array. */
export function isDataType(name: ElementType): name is DataType {
  return dataTypes.has(name);
}
