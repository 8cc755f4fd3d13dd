import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CalibrtError } from '../errors.js';

/** A temporary folder that is gone when the operation ends, however it ends. */
export class Workspace implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  /** @throws CalibrtError `ERR_OUTPUT` where the system's temporary folder cannot be written. */
  static async create(): Promise<Workspace> {
    try {
      return new Workspace(await mkdtemp(join(tmpdir(), 'calibrt-')));
    } catch (cause) {
      throw new CalibrtError('ERR_OUTPUT', `cannot create a folder in ${tmpdir()}: set TMPDIR to a writable one`, {
        cause,
      });
    }
  }

  /** A path in the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
