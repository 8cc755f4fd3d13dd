import { CalibrtError } from '../../errors.js';
import { adaptToInput } from '../adapt.js';
import { bytesPerElement, elementCount, tensor, viewAs } from '../dtype.js';
import { readSampleFile } from '../files.js';
import { formatShape, oneSample } from '../shape.js';
import type { ModelInput } from '../spec.js';
import type { SampleFileReader } from './source.js';

/**
 * Reads raw little-endian values, one sample per file, in the input's type and shape.
 *
 * @throws CalibrtError `ERR_DATA_SHAPE` where the input's shape is open, so that a file's size does not tell what it is.
 */
export function rawReader(input: ModelInput): SampleFileReader {
  const shape = oneSample(input.shape).filter((length) => typeof length === 'number');
  if (shape.length < input.shape.length) {
    throw new CalibrtError(
      'ERR_DATA_SHAPE',
      `input ${input.name} takes ${formatShape(input.shape)}, and a .bin file says nothing of its shape: pass .npy files, or ` +
        `fix the shape with --input-shapes`,
    );
  }
  const size = elementCount(shape) * bytesPerElement(input.dtype);
  return {
    kind: 'raw',
    inputs: [input.name],
    async read(path, signal) {
      const bytes = await readSampleFile(path, signal);
      if (bytes.length !== size) {
        throw new CalibrtError(
          'ERR_DATA_SHAPE',
          `${path}: input ${input.name} takes ${formatShape(shape)} ${input.dtype}, ${size} bytes, found ${bytes.length}`,
        );
      }
      const own = new Uint8Array(bytes);
      return { [input.name]: adaptToInput(tensor(input.dtype, shape, viewAs(input.dtype, own.buffer)), input, path) };
    },
  };
}
