import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildProgress } from '#lib/backends/tensorrt/build-progress.js';
import type { NativeBuildEvent } from '#lib/native.js';
import type { Progress } from '#lib/progress.js';

/** Feeds events to a progress whose clock jumps between them, so that each is reported. */
function report(events: NativeBuildEvent[], stepMs = 1000): Progress[] {
  const seen: Progress[] = [];
  let time = 0;
  const progress = new BuildProgress(
    (each) => seen.push(each),
    () => (time += stepMs),
  );
  for (const event of events) progress.handle(event);
  return seen;
}

const start = (phase: string, parent: string, count: number) => ({ type: 'start', phase, parent, count }) as const;
const step = (phase: string, count: number) => ({ type: 'step', phase, parent: '', count }) as const;
const finish = (phase: string) => ({ type: 'finish', phase, parent: '', count: 0 }) as const;

describe('BuildProgress', () => {
  it('fills a step with the phase that began in it', () => {
    const seen = report([
      start('all', '', 4),
      step('all', 0),
      start('inner', 'all', 2),
      step('inner', 0),
      step('inner', 1),
      finish('inner'),
      step('all', 1),
      step('all', 3),
    ]);
    expect(seen.map(({ done }) => done)).toEqual([0, 25, 25, 38, 50, 50, 50, 99]);
    expect(seen[3]).toEqual({ phase: 'build', done: 38, total: 100, detail: 'inner' });
  });

  it('never falls and never reaches 100 by itself, whatever the order of events', () => {
    const names = fc.constantFrom('a', 'b', 'c');
    const events = fc.oneof(
      fc.tuple(names, names, fc.integer({ min: -1, max: 5 })).map(([a, b, n]) => start(a, b, n)),
      fc.tuple(names, fc.integer({ min: -1, max: 9 })).map(([a, n]) => step(a, n)),
      names.map(finish),
    );
    fc.assert(
      fc.property(fc.array(events), (sequence) => {
        const done = report(sequence).map((each) => each.done);
        expect(done).toEqual(done.toSorted((a, b) => a - b));
        expect(done.every((each) => each >= 0 && each < 100)).toBe(true);
      }),
    );
  });

  it('reports no more often than a person can see', () => {
    const events = Array.from({ length: 100 }, (_, i) => step('all', i));
    expect(report([start('all', '', 100), ...events], 10)).toHaveLength(26);
  });
});
