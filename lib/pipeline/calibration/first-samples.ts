import type { SampleSource } from '../../backends/onnxruntime/index.js';
import { CalibrtError } from '../../errors.js';
import type { DrawnSamples } from './samples.js';

/**
 * The first `count` samples of a draw that can be read, to be read once more.
 *
 * @throws CalibrtError `ERR_USAGE` for an iterable, which is used up by then.
 */
export function firstSamples({ calibration }: DrawnSamples, count: number): SampleSource {
  if (calibration.kind === 'stream') {
    throw new CalibrtError(
      'ERR_USAGE',
      'this method reads some samples a second time, which an iterable does not allow: give a folder or files as `data`',
    );
  }
  return { ...calibration, take: count };
}
