import type { Sharp } from 'sharp';
import { abortError, CalibrtError } from '../../errors.js';
import { corruptSample } from '../corrupt.js';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture as interleaved 8-bit RGB, row by row. */
export interface RgbImage extends Size {
  readonly data: Uint8Array;
}

/** Pictures more than this many times larger than needed, in both directions, are first reduced while they are decoded. */
const LARGE_FACTOR = 6;
/** What that first reduction leaves to the exact one. */
const REMAINING_FACTOR = 3;

/**
 * Decodes a picture the way training pipelines do (Pillow's `convert("RGB")`, OpenCV's `imread`): orientation from EXIF
 * applied, first frame of an animation, colour profiles ignored (except CMYK's), gray repeated, 16 bits cut to 8. Transparent parts are
 * laid on black.
 *
 * @param target - The size that will be needed, so that a photo of many megapixels is never whole in memory.
 * @throws CalibrtError `ERR_DATA_FORMAT`, marked as skippable, where the bytes are no whole picture.
 */
export async function decodeImage(
  bytes: Buffer,
  path: string,
  target: Size | undefined,
  signal?: AbortSignal,
): Promise<RgbImage> {
  if (signal?.aborted) throw abortError(signal);
  const sharp = await loadSharp();
  try {
    const image = sharp(bytes, { autoOrient: true, ignoreIcc: true, failOn: 'error' });
    if (target !== undefined) reduceLarge(image, (await image.metadata()).autoOrient, target);
    // A pipeline in sRGB also keeps sharp from shrinking JPEGs while loading, which would blur what is resized exactly later.
    image.pipelineColourspace('srgb').flatten({ background: '#000' }).toColourspace('srgb');
    const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause);
    throw corruptSample(path, reason, cause);
  }
}

function reduceLarge(image: Sharp, size: Size, target: Size): void {
  const factor = Math.min(size.width / target.width, size.height / target.height);
  if (factor <= LARGE_FACTOR) return;
  const by = Math.floor(factor / REMAINING_FACTOR);
  image.resize(Math.round(size.width / by), Math.round(size.height / by), { fit: 'fill', kernel: 'linear' });
}

let loading: Promise<typeof import('sharp')> | undefined;

// Loaded on the first picture, so that a run over arrays, and --help, do without libvips.
async function loadSharp(): Promise<typeof import('sharp').default> {
  try {
    const { default: sharp } = await (loading ??= import('sharp'));
    // Every sample is decoded once: libvips' operation cache would only hold memory. Samples are decoded side by side, so one thread each.
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  } catch (cause) {
    throw new CalibrtError(
      'ERR_BACKEND_MISSING',
      `images cannot be decoded: sharp does not load on this machine. Run \`npm install --include=optional sharp\``,
      { cause },
    );
  }
}
