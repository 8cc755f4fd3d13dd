import { describe, expect, it } from 'vitest';
import { NearDuplicateFinder } from '#lib/data/index.js';
import { seededRandom } from '#lib/data/random.js';

const source = seededRandom(7);
const random = (): number => source() / 2 ** 32;
const noise = (): Float32Array => Float32Array.from({ length: 3072 }, () => random());

function found(samples: readonly Float32Array[], batch = 1): ReturnType<NearDuplicateFinder['result']> {
  const finder = new NearDuplicateFinder();
  for (let first = 0; first < samples.length; first += batch) {
    const part = samples.slice(first, first + batch);
    const data = Float32Array.from(part.flatMap((sample) => [...sample]));
    const names = part.map((_, index) => `sample ${first + index}`);
    finder.add({ names, inputs: { x: { dtype: 'float32', shape: [part.length, 3, 32, 32], data } } });
  }
  return finder.result();
}

describe('NearDuplicateFinder', () => {
  const a = noise();
  const copy = a.map((value) => value + (random() - 0.5) * 0.002);
  const brighter = a.map((value) => value * 1.2 + 0.1);

  it('finds a copy of slightly other values, and a brighter one, whatever the batch', () => {
    const samples = [noise(), a, noise(), copy, brighter];
    for (const batch of [1, 2, 5]) {
      expect(found(samples, batch)).toEqual({
        count: 2,
        pairs: [
          ['sample 1', 'sample 3'],
          ['sample 1', 'sample 4'],
        ],
      });
    }
  });

  it('finds nothing among samples of noise, nor in constant ones', () => {
    expect(found([noise(), noise(), new Float32Array(3072), new Float32Array(3072).fill(1)]).count).toBe(0);
  });
});
