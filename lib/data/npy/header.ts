import { CalibrtError } from '../../errors.js';
import type { DataType } from '../tensor.js';

/** What the header of a `.npy` file says (NumPy Enhancement Proposal 1; `numpy.lib.format`). */
export interface NpyHeader {
  readonly dtype: DataType;
  readonly bigEndian: boolean;
  /** Whether the first axis varies fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly dataOffset: number;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** Magic, version and the longer of the two length fields. */
const PREFIX_BYTES = 12;
/** NumPy itself refuses more unless told otherwise. */
const MAX_HEADER_BYTES = 64 * 1024;

/** NumPy's kind and size, without the byte order. */
const dtypes: Readonly<Record<string, DataType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
};

/**
 * Bytes that {@link parseNpyHeader} needs, told from the first 12 (or all, of a shorter file).
 *
 * @throws CalibrtError `ERR_DATA_FORMAT` where they are not those of a `.npy` file.
 */
export function npyHeaderLength(prefix: Buffer, where: string): number {
  if (prefix.length === 0) throw invalid(where, 'it is empty: write the array again with numpy.save');
  if (prefix.length < PREFIX_BYTES && prefix.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, prefix.length))) {
    throw invalid(
      where,
      `it is truncated: its header ends after ${prefix.length} bytes; write the array again with numpy.save`,
    );
  }
  if (!prefix.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw invalid(where, 'it is not a .npy file (the magic bytes are missing): write it with numpy.save');
  }
  const major = prefix[6]!;
  if (major < 1 || major > 3) throw invalid(where, `version ${major} of the .npy format is unknown (1 to 3 are known)`);
  const length = major === 1 ? 10 + prefix.readUInt16LE(8) : 12 + prefix.readUInt32LE(8);
  if (length > MAX_HEADER_BYTES) throw invalid(where, `its header claims ${length} bytes: the file is damaged`);
  return length;
}

/** Parses a whole header; `bytes` are the first {@link npyHeaderLength} of the file. */
export function parseNpyHeader(bytes: Buffer, where: string): NpyHeader {
  const major = bytes[6]!;
  const text = bytes.toString(major === 3 ? 'utf8' : 'latin1', major === 1 ? 10 : 12);
  const descr = /'descr'\s*:\s*('[^']*'|"[^"]*"|\[)/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\dL,\s]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) {
    throw invalid(where, `its header is damaged: ${JSON.stringify(text.slice(0, 80))}`);
  }
  return {
    ...parseDtype(descr, where),
    fortranOrder: order === 'True',
    // Python 2 wrote long integers as 3L.
    shape: [...shape.matchAll(/\d+/g)].map(([digits]) => Number(digits)),
    dataOffset: bytes.length,
  };
}

function parseDtype(descr: string, where: string): Pick<NpyHeader, 'dtype' | 'bigEndian'> {
  const name = descr === '[' ? 'a structured type' : descr.slice(1, -1);
  const [, order, kind] = /^([<>|=]?)(\w+)$/.exec(name) ?? [];
  const dtype = kind === undefined ? undefined : dtypes[kind];
  if (dtype !== undefined) return { dtype, bigEndian: order === '>' };
  const what = kind === 'O' ? `dtype object (pickled Python values, which are never executed)` : `dtype ${name}`;
  throw new CalibrtError(
    'ERR_DATA_DTYPE',
    `${where}: ${what} cannot feed a network: save a float, integer or bool array, e.g. array.astype("float32")`,
  );
}

/** The error for a file that is not what it should be. */
export function invalid(where: string, reason: string): CalibrtError {
  return new CalibrtError('ERR_DATA_FORMAT', `${where}: ${reason}`);
}
