import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSlice, sliceOffsets } from '#lib/accuracy/slice.js';

interface Golden {
  readonly slice: string;
  readonly shape: readonly number[];
  readonly offsets: readonly number[];
}

const goldens = JSON.parse(readFileSync(new URL('goldens/slices.json', import.meta.url), 'utf8')) as readonly Golden[];

describe('slices', () => {
  it.each(goldens)('pick what numpy picks: [$slice] of $shape', ({ slice, shape, offsets }) => {
    expect([...sliceOffsets(parseSlice(slice), shape)]).toEqual(offsets);
  });

  it.each([
    ['', 'is no index'],
    ['a', 'is no index'],
    ['1.5', 'is no index'],
    ['::0', 'step is 0'],
    ['...,...', 'more than one'],
  ])('refuse [%s]', (text, why) => {
    expect(() => parseSlice(text)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }) as Error);
    expect(() => parseSlice(text)).toThrow(why);
  });

  it('refuse what lies outside the tensor', () => {
    expect(() => sliceOffsets(parseSlice('...,2'), [1, 5, 2])).toThrow('axis 2, which has 2 only');
    expect(() => sliceOffsets(parseSlice('0,0,0'), [1, 5])).toThrow('3 indices');
  });
});
