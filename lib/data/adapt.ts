import { convertToInput } from './convert.js';
import { elementCount, tensor } from './dtype.js';
import { checkFinite } from './finite.js';
import { sampleShape } from './shape.js';
import type { ModelInput } from './spec.js';
import type { Tensor } from './tensor.js';

/**
 * An array as one sample of `input`: its shape with the batch axis, its values in the input's type, all of them finite.
 *
 * @param where - The file or item, for messages.
 * @throws CalibrtError `ERR_DATA_SHAPE`, `ERR_DATA_DTYPE` or `ERR_DATA_NOT_FINITE`.
 */
export function adaptToInput(array: Tensor, input: ModelInput, where: string): Tensor {
  const shape = sampleShape(array.shape, input, where);
  const data = convertToInput(array.data, array.dtype, input, where);
  const adapted = tensor(input.dtype, shape, data);
  if (elementCount(shape) > 0) checkFinite(adapted, input.name, where);
  return adapted;
}
