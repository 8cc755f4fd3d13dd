import { expect, it } from 'vitest';
import { breathe } from '#lib/breathe.js';

function work(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

it('lets the event loop turn between steps of long work', async () => {
  let turns = 0;
  let isWorking = true;
  const count = (): void => {
    turns++;
    if (isWorking) setImmediate(count);
  };
  setImmediate(count);
  for (let step = 0; step < 10; step++) {
    work(3);
    await breathe();
  }
  isWorking = false;
  expect(turns).toBeGreaterThanOrEqual(10);
});
