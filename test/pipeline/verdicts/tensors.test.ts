import { describe, expect, it } from 'vitest';
import { seededRandom } from '#lib/data/random.js';
import { native } from '#lib/native.js';
import { tensorVerdicts } from '#lib/pipeline/verdicts/tensors.js';

const source = seededRandom(3);
const random = (): number => source() / 2 ** 32;
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const many = (value: (index: number) => number): Float32Array =>
  Float32Array.from({ length: 20_000 }, (_, i) => value(i));

async function codeOf(values: Float32Array): Promise<string | undefined> {
  const statistics = new (native().Statistics)();
  statistics.accumulate(values);
  const [verdict, ...rest] = await tensorVerdicts(new Map([['x', statistics]]));
  expect(rest).toEqual([]);
  return verdict?.code;
}

describe('tensorVerdicts', () => {
  it.each([
    ['dead-tensor', many(() => 0)],
    ['constant-tensor', many(() => 2.5)],
    ['saturated-tensor', many(() => Math.min(6, Math.max(0, normal() * 4)))],
    ['outlier-tensor', many((i) => (i === 77 ? 500 : normal()))],
    ['one-sided-tensor', many(() => Math.max(0, normal()))],
    [undefined, many(normal)],
  ])('says %s', async (code, values) => {
    expect(await codeOf(values)).toBe(code);
  });
});
