import { describe, expect, it } from 'vitest';
import { Children, DisposeGuard } from '#lib/backends/tensorrt/disposal.js';

describe('DisposeGuard', () => {
  it('disposes once, whoever asks, and refuses use from then on', async () => {
    const guard = new DisposeGuard('the thing');
    let times = 0;
    const work = async (): Promise<void> => {
      await Promise.resolve();
      ++times;
    };
    guard.check();
    const first = guard.dispose(work);
    expect(() => guard.check()).toThrow('the thing has been disposed of');
    expect(guard.dispose(work)).toBe(first);
    await first;
    expect(times).toBe(1);
  });
});

describe('Children', () => {
  it('disposes of every child, and of none twice', async () => {
    const children = new Children<{ dispose(): Promise<void> }>();
    let disposed = 0;
    const kept = [1, 2, 3].map(() => ({
      dispose: async () => {
        await Promise.resolve();
        ++disposed;
      },
    }));
    for (const child of kept) children.add(child);
    await children.dispose();
    await children.dispose();
    expect(disposed).toBe(3);
  });
});
