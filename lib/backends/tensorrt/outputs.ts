import { isDataType, viewAs } from '../../data/dtype.js';
import type { NamedTensors, Tensor } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import type { NativeFetched } from '../../native.js';
import type { EngineTensor } from './engine-options.js';

/** Outputs by name, in the engine's order; the memory is taken as it is. */
export function toTensors(order: readonly EngineTensor[], outputs: readonly NativeFetched[]): NamedTensors {
  const tensors: Record<string, Tensor> = {};
  for (const { name } of order) {
    const fetched = outputs.find((each) => each.name === name);
    if (fetched !== undefined) tensors[name] = toTensor(fetched);
  }
  return tensors;
}

function toTensor({ name, dtype, shape, data }: NativeFetched): Tensor {
  if (!isDataType(dtype)) throw unsupportedType(name, dtype);
  return { dtype, shape, data: viewAs(dtype, data) };
}

/** @throws CalibrtError `ERR_BACKEND_UNSUPPORTED` for an input or output of a type that JavaScript cannot hold. */
export function checkTypes(tensors: readonly EngineTensor[]): void {
  for (const { name, dtype } of tensors) if (!isDataType(dtype)) throw unsupportedType(name, dtype);
}

function unsupportedType(name: string, dtype: string): CalibrtError {
  return new CalibrtError(
    'ERR_BACKEND_UNSUPPORTED',
    `'${name}' is ${dtype}, which no typed array holds: build the engine with inputs and outputs of another type`,
  );
}
