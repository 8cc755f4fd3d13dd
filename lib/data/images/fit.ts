import type { Fit } from '../spec.js';
import type { RgbImage, Size } from './decode.js';
import { resizeBilinear } from './resample.js';

/**
 * The size a picture is resized to before it is padded or cropped to `target`. `cover` cuts fractions off, as torchvision's
 * `Resize` of the shorter side does; `contain` rounds, as letterboxing does.
 */
export function resizedSize(image: Size, target: Size, fit: Fit): Size {
  if (fit === 'stretch') return target;
  const widthFirst = target.width * image.height < target.height * image.width;
  const atWidth = { width: target.width, height: (image.height * target.width) / image.width };
  const atHeight = { width: (image.width * target.height) / image.height, height: target.height };
  const { width, height } = widthFirst === (fit === 'contain') ? atWidth : atHeight;
  const whole = fit === 'contain' ? Math.round : Math.trunc;
  return { width: Math.max(1, whole(width)), height: Math.max(1, whole(height)) };
}

/** Brings a picture to the target's size; see {@link Fit}. What was in the centre stays there. */
export function fitImage(image: RgbImage, target: Size, fit: Fit, padValue: number): RgbImage {
  const { width, height } = resizedSize(image, target, fit);
  const resized = resizeBilinear(image, width, height);
  return width === target.width && height === target.height ? resized : placeCentered(resized, target, padValue);
}

/** Copies the picture into the middle of one of the target's size; what sticks out is cut off. */
function placeCentered(image: RgbImage, target: Size, padValue: number): RgbImage {
  const data = new Uint8Array(target.width * target.height * 3).fill(padValue);
  const left = margin(target.width - image.width);
  const top = margin(target.height - image.height);
  const from = Math.max(0, -left);
  const width = Math.min(image.width - from, target.width);
  for (let y = 0; y < target.height; y++) {
    const row = y - top;
    if (row < 0 || row >= image.height) continue;
    const start = (row * image.width + from) * 3;
    data.set(image.data.subarray(start, start + width * 3), (y * target.width + Math.max(0, left)) * 3);
  }
  return { ...target, data };
}

// An odd pixel of padding goes to the right and below; an odd one to crop goes to the even side, as torchvision's CenterCrop rounds.
function margin(difference: number): number {
  if (difference >= 0) return Math.floor(difference / 2);
  const half = -difference / 2;
  return -(Number.isInteger(half) ? half : 2 * Math.round(half / 2));
}
