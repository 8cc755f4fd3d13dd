import { CalibrtError } from '../../errors.js';
import { formatShape } from '../shape.js';
import type { Layout, ModelInput } from '../spec.js';

/** Where an image input has its axes; lengths are `null` where the model leaves them open. */
export interface ImageAxes {
  readonly layout: Layout;
  readonly batchAxis: boolean;
  readonly channels: number | null;
  readonly height: number | null;
  readonly width: number | null;
}

/**
 * Reads an input's shape as that of images: [N, C, H, W] or [N, H, W, C], or the same without the batch.
 *
 * @param layout - What the user says; else the axis whose length is 1 or 3 holds the channels, the first one if both are.
 * @throws CalibrtError `ERR_DATA_SHAPE` where the rank is neither 3 nor 4.
 */
export function imageLayout(input: ModelInput, layout?: Layout): ImageAxes {
  const lengths = input.shape.map((length) => (typeof length === 'number' ? length : null));
  if (lengths.length !== 3 && lengths.length !== 4) {
    throw new CalibrtError(
      'ERR_DATA_SHAPE',
      `input ${input.name} takes ${formatShape(input.shape)}, which is no image (3 or 4 axes): pass .npy, .npz or .bin files`,
    );
  }
  const batchAxis = lengths.length === 4;
  const [a = null, b = null, c = null] = lengths.slice(-3);
  const chosen = layout ?? (!holdsChannels(a) && holdsChannels(c) ? 'nhwc' : 'nchw');
  const [channels, height, width] = chosen === 'nchw' ? [a, b, c] : [c, a, b];
  return { layout: chosen, batchAxis, channels, height, width };
}

function holdsChannels(length: number | null): boolean {
  return length === 1 || length === 3;
}
