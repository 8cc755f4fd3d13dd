import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Batch } from '../../data/batch.js';

/**
 * Batches on disk, one file each, so that what a network made of the samples can be read again without running it, and memory does
 * not grow with their number. A temporary thing of one process: the format is V8's.
 */
export class BatchWriter {
  #count = 0;

  private constructor(private readonly folder: string) {}

  /** Opens an empty store. */
  static async create(folder: string): Promise<BatchWriter> {
    await mkdir(folder, { recursive: true });
    return new BatchWriter(folder);
  }

  async write(batch: Batch): Promise<void> {
    await writeFile(join(this.folder, fileName(this.#count++)), serialize(batch));
  }
}

/** The batches of a store, in the order in which they were written. */
export async function* storedBatches(folder: string): AsyncGenerator<Batch, void> {
  for (const file of (await readdir(folder)).sort()) yield deserialize(await readFile(join(folder, file))) as Batch;
}

/** How many batches a store holds. */
export async function countStored(folder: string): Promise<number> {
  return (await readdir(folder)).length;
}

function fileName(index: number): string {
  return String(index).padStart(8, '0');
}
