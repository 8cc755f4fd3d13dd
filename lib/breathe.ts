import { setImmediate } from 'node:timers/promises';

/** Long enough to lose no time in turning, short enough that nobody feels the wait. */
const WORK_MS = 2;

let turned = performance.now();

/** To be awaited between the steps of long work on the JS thread: lets the event loop turn where it has not for some milliseconds. */
export async function breathe(): Promise<void> {
  if (performance.now() - turned < WORK_MS) return;
  await setImmediate();
  turned = performance.now();
}
