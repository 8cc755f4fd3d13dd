import { describe, expect, it } from 'vitest';
import { parseList, parseNumbers, parseResize, parseShapes, parseSize } from '#lib/cli/parse.js';

describe('flag values', () => {
  it('reads lists and numbers', () => {
    expect(parseList('--target', 'sm86, sm89')).toEqual(['sm86', 'sm89']);
    expect(parseNumbers('--mean', '123.675,116.28,103.53')).toEqual([123.675, 116.28, 103.53]);
    expect(parseResize('--resize', '320x240')).toEqual([320, 240]);
  });

  it('reads sizes as trtexec does: no suffix is MiB', () => {
    expect(parseSize('--workspace', '512')).toBe(512 * 2 ** 20);
    expect(parseSize('--workspace', '1.5G')).toBe(1.5 * 2 ** 30);
    expect(parseSize('--workspace', '64k')).toBe(65536);
    expect(parseSize('--workspace', '10B')).toBe(10);
  });

  it('splits a shape at the last colon', () => {
    expect(parseShapes('--min-shapes', 'a:0:1x3x224x224,mask:7')).toEqual({ 'a:0': [1, 3, 224, 224], mask: [7] });
  });

  it.each([
    () => parseList('--target', 'sm86,,sm89'),
    () => parseNumbers('--mean', '1,two'),
    () => parseResize('--resize', '320'),
    () => parseResize('--resize', '0x10'),
    () => parseSize('--workspace', '12Q'),
    () => parseShapes('--min-shapes', '1x3x224x224'),
    () => parseShapes('--min-shapes', 'x:1x-3'),
  ])('refuses what makes no sense, naming the flag (%#)', (parse) => {
    expect(parse).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE', message: expect.stringMatching(/^--/) as string }),
    );
  });
});
