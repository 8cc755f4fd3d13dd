import { CalibrtError } from '../../errors.js';

/** Keeps an object from being used after its disposal, and disposes of it once. */
export class DisposeGuard {
  readonly #what: string;
  #disposed: Promise<void> | undefined;

  /** @param what - For messages: `the engine`. */
  constructor(what: string) {
    this.#what = what;
  }

  get isDisposed(): boolean {
    return this.#disposed !== undefined;
  }

  /** @throws CalibrtError `ERR_USAGE` after the disposal began. */
  check(): void {
    if (this.#disposed === undefined) return;
    throw new CalibrtError('ERR_USAGE', `${this.#what} has been disposed of: load or create another`);
  }

  /** Disposes by `work`, the first time; every call resolves when that is done. */
  dispose(work: () => Promise<void>): Promise<void> {
    // Marked before the work begins, which may call back.
    return (this.#disposed ??= Promise.resolve().then(work));
  }
}

/** Live objects that are to be disposed of with their parent, and are collected where they are forgotten. */
export class Children<T extends { dispose(): Promise<void> }> {
  readonly #children = new Set<WeakRef<T>>();

  add(child: T): void {
    for (const each of this.#children) if (each.deref() === undefined) this.#children.delete(each);
    this.#children.add(new WeakRef(child));
  }

  async dispose(): Promise<void> {
    const live = [...this.#children].map((each) => each.deref()).filter((each) => each !== undefined);
    this.#children.clear();
    await Promise.all(live.map((each) => each.dispose()));
  }
}
