import { throwIfAborted } from '../errors.js';

/** How far {@link mapInOrder} works ahead. */
export interface MapInOrderOptions {
  /** Calls in flight at most; at least 1. */
  readonly ahead: number;
  readonly signal?: AbortSignal;
}

/**
 * Applies an asynchronous function to each item, several at a time, and yields the results in the items' order. A failure is
 * thrown when its turn comes; whoever stops early leaves nothing unhandled.
 */
export async function* mapInOrder<T, R>(
  items: Iterable<T>,
  apply: (item: T) => Promise<R>,
  { ahead, signal }: MapInOrderOptions,
): AsyncGenerator<R, void> {
  const running: Promise<R>[] = [];
  try {
    for (const item of items) {
      throwIfAborted(signal);
      const promise = apply(item);
      // Awaited later, perhaps never: a failure must not count as unhandled until then.
      promise.catch(() => undefined);
      running.push(promise);
      if (running.length >= ahead) yield await running.shift()!;
    }
    for (let next = running.shift(); next !== undefined; next = running.shift()) {
      throwIfAborted(signal);
      yield await next;
    }
  } finally {
    await Promise.allSettled(running);
  }
}
