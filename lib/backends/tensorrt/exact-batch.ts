import { elementCount, isDataType, isStorageOf } from '../../data/dtype.js';
import { checkFinite } from '../../data/finite.js';
import type { IterableSample, ModelInput, TensorData } from '../../data/index.js';

/**
 * The bytes of an item that is a whole batch already, not copied: for each input a tensor of its type and shape, or a bare array of its
 * kind and length. Undefined for any other item.
 *
 * @throws CalibrtError `ERR_DATA_NOT_FINITE`.
 */
export function exactBatch(
  item: IterableSample,
  inputs: readonly ModelInput[],
  where: string,
): readonly Uint8Array[] | undefined {
  const batch: Uint8Array[] = [];
  for (const input of inputs) {
    const data = exactData(item[input.name], input);
    if (data === undefined) return undefined;
    checkFinite({ dtype: input.dtype, shape: input.shape as readonly number[], data }, input.name, where);
    batch.push(bytesOf(data));
  }
  return batch;
}

function exactData(value: unknown, { dtype, shape }: ModelInput): TensorData | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const count = elementCount(shape as readonly number[]);
  if (ArrayBuffer.isView(value)) return ofLength(value as TensorData, dtype, count);
  const loose = value as { dtype?: unknown; type?: unknown; shape?: unknown; dims?: unknown; data?: unknown };
  const given = loose.shape ?? loose.dims;
  const same =
    Array.isArray(given) && given.length === shape.length && given.every((size, axis) => size === shape[axis]);
  if (!same || (loose.dtype ?? loose.type) !== dtype || !ArrayBuffer.isView(loose.data)) return undefined;
  return ofLength(loose.data as TensorData, dtype, count);
}

function ofLength(data: TensorData, dtype: ModelInput['dtype'], count: number): TensorData | undefined {
  return isDataType(dtype) && isStorageOf(dtype, data) && data.length === count ? data : undefined;
}

/** The bytes of a typed array, not copied. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
