import { open } from 'node:fs/promises';
import { CalibrtError } from '../../errors.js';
import type { TensorRtBackend } from './flavours.js';

/** What the first bytes of an engine plan tell. */
export interface PlanHeader {
  readonly kind: TensorRtBackend;
  /** Version of the library that built it: `1.7.1`. */
  readonly version: string;
  /** Bytes in all. */
  readonly length: number;
  /** GPUs that the plan is for, where it is known how it says so (TensorRT-RTX 1.7). */
  readonly targets?: readonly string[];
}

/** Magic, a word of zero, eight bytes that vary, the length, the version. */
const headerBytes = 28;
const prefixBytes = 36;

const magics: Readonly<Record<string, TensorRtBackend>> = { vtrt: 'tensorrt-rtx', ftrt: 'tensorrt' };

/** Bits of the mask at byte 32 of a TensorRT-RTX 1.7 plan, as seen in plans built for each target alone. */
const targetBits = ['sm75', 'sm80', 'sm86', 'sm89', 'sm120', 'sm121'];

/**
 * Reads a plan's header, so that a truncated or foreign file is told before a library sees it.
 *
 * @param plan - A path, of which only the first bytes are read, or the plan itself.
 * @throws CalibrtError `ERR_PLAN_INVALID` for a file that cannot be read, is no plan, or is shorter or longer than it says.
 */
export async function readPlanHeader(plan: string | Uint8Array): Promise<PlanHeader> {
  if (typeof plan !== 'string') return parsePlanHeader(plan.subarray(0, prefixBytes), plan.byteLength, 'the plan');
  const { prefix, length } = await readPrefix(plan);
  return parsePlanHeader(prefix, length, plan);
}

function parsePlanHeader(prefix: Uint8Array, length: number, name: string): PlanHeader {
  const invalid = (reason: string): CalibrtError => new CalibrtError('ERR_PLAN_INVALID', `${name} ${reason}`);
  if (length === 0) throw invalid('is empty: expected an engine plan');
  const magic = Buffer.from(prefix.subarray(0, 4)).toString('latin1');
  const kind = magics[magic];
  if (kind === undefined) {
    const hint = looksLikeOnnx(prefix) ? 'this looks like an ONNX model, build it first (`calibrt build`)' : undefined;
    throw invalid(`is no engine plan: ${hint ?? 'it does not begin as those of TensorRT or TensorRT-RTX do'}`);
  }
  if (length < headerBytes)
    throw invalid(`is truncated: ${length} bytes, of which a plan's header alone takes ${headerBytes}`);
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  if (view.getUint32(4, true) !== 0) throw invalid('is no engine plan: its header is damaged');
  const version = [24, 25, 26].map((offset) => view.getUint8(offset)).join('.');
  if (view.getUint8(24) === 0) throw invalid('is no engine plan: its header is damaged');
  if (kind === 'tensorrt') return { kind, version, length };

  // Where a TensorRT plan keeps its length has not been seen.
  const stated = view.getBigUint64(16, true);
  if (BigInt(length) !== stated) {
    throw invalid(
      `is ${BigInt(length) < stated ? 'truncated' : 'damaged'}: ${length} bytes, its header says ${stated}`,
    );
  }
  const targets = version.startsWith('1.7.') && length >= prefixBytes ? readTargets(view.getUint32(32, true)) : [];
  return { kind, version, length, ...(targets.length === 0 ? {} : { targets }) };
}

/** An ONNX file begins with its IR version, field 1 of its protobuf message, which is small. */
function looksLikeOnnx(prefix: Uint8Array): boolean {
  return prefix.length > 2 && prefix[0] === 0x08 && prefix[1]! > 0 && prefix[1]! < 0x40;
}

function readTargets(mask: number): string[] {
  return targetBits.filter((_, bit) => (mask >>> bit) & 1);
}

async function readPrefix(path: string): Promise<{ prefix: Uint8Array; length: number }> {
  try {
    const file = await open(path);
    try {
      const { size: length } = await file.stat();
      const { buffer, bytesRead } = await file.read(new Uint8Array(prefixBytes), 0, prefixBytes, 0);
      return { prefix: buffer.subarray(0, bytesRead), length };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new CalibrtError('ERR_PLAN_INVALID', `${path} cannot be read: expected an engine plan`, { cause });
  }
}
