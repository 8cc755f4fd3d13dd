import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/**
 * Writes `count` seeded colour images (smooth shapes under noise, like photographs more than like noise alone) into `folder`.
 * The same seed writes the same pixels.
 */
export async function writeImages(folder, count, size, seed = 1) {
  await mkdir(folder, { recursive: true });
  const random = mulberry32(seed);
  for (let index = 0; index < count; index++) {
    const pixels = new Uint8Array(size * size * 3);
    const waves = Array.from({ length: 9 }, () => [random() * 0.1, random() * 0.1, random() * 6.3, random() * 60]);
    for (let y = 0, at = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        for (let channel = 0; channel < 3; channel++, at++) {
          let value = 128 + (random() - 0.5) * 20;
          for (let w = channel; w < 9; w += 3) {
            const [fx, fy, phase, amplitude] = waves[w];
            value += amplitude * Math.sin(fx * x + fy * y + phase);
          }
          pixels[at] = Math.max(0, Math.min(255, value));
        }
      }
    }
    const raw = { width: size, height: size, channels: 3 };
    await sharp(pixels, { raw })
      .png()
      .toFile(join(folder, `${String(index).padStart(4, '0')}.png`));
  }
}

/** A small seeded generator of numbers in [0, 1). */
export function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
