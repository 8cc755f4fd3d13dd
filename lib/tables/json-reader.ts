import { CalibrtError } from '../errors.js';

/** A value somewhere in a parsed JSON file, which knows where it is when it is not what was expected. */
export class TableReader {
  constructor(
    readonly value: unknown,
    private readonly file: string,
    private readonly place = '',
  ) {}

  /** A member; its value is `undefined` where it is absent. */
  get(key: string): TableReader {
    const place = `${this.place}.${key}`;
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) this.fail('an object');
    return new TableReader((this.value as Record<string, unknown>)[key], this.file, place);
  }

  /** A member; `undefined` where it is absent or null. */
  optional(key: string): TableReader | undefined {
    const member = this.get(key);
    return member.value === undefined || member.value === null ? undefined : member;
  }

  string(): string {
    return typeof this.value === 'string' ? this.value : this.fail('a string');
  }

  /** A finite number. */
  number(): number {
    return typeof this.value === 'number' && Number.isFinite(this.value) ? this.value : this.fail('a finite number');
  }

  /** An object of any keys, each value read by `read`. */
  record<T>(read: (entry: TableReader) => T): Record<string, T> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) this.fail('an object');
    return Object.fromEntries(Object.keys(this.value).map((key) => [key, read(this.get(key))]));
  }

  /** @throws CalibrtError `ERR_TABLE_INVALID`, always. */
  fail(expected: string): never {
    const found = this.value === undefined ? 'nothing' : JSON.stringify(this.value);
    const short = found.length > 60 ? `${found.slice(0, 60)}…` : found;
    throw new CalibrtError(
      'ERR_TABLE_INVALID',
      `${this.file}: ${this.place || 'the file'} must be ${expected}, found ${short}`,
    );
  }
}
