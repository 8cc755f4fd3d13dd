import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { CalibrtError } from '../errors.js';
import { fileRange, memoryRange, type ByteRange } from './byte-range.js';
import { readFailure } from './files.js';
import { decodeNpy } from './npy/decode.js';
import { NpyRows } from './npy/rows.js';
import type { Tensor } from './tensor.js';

const STORED = 0;

/** A `.npz` archive: `.npy` arrays by name, as `numpy.savez` and `savez_compressed` write them. */
export class NpzFile {
  readonly #path: string;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(path: string, entries: ReadonlyMap<string, Entry>) {
    this.#path = path;
    this.#entries = entries;
  }

  /**
   * Reads the archive's directory.
   *
   * @throws CalibrtError `ERR_DATA_NOT_FOUND`, or `ERR_DATA_FORMAT` where it is no zip archive, or damaged.
   */
  static async open(path: string): Promise<NpzFile> {
    return withZip(path, async (zip) => {
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        const name = entry.fileNameRaw.toString('utf8');
        if (name.endsWith('.npy')) entries.set(name.slice(0, -'.npy'.length), entry);
      }
      return new NpzFile(path, entries);
    });
  }

  /** Names of the arrays. */
  get keys(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** The whole array of this name. */
  async read(key: string): Promise<Tensor> {
    return decodeNpy(await this.#readEntry(key), this.#where(key));
  }

  /** The array of this name by rows. One that is compressed is expanded into memory; one that is stored is read as a `.npy` file is. */
  async rows(key: string): Promise<NpyRows> {
    return NpyRows.open(await this.#entryRange(key), this.#where(key));
  }

  #where(key: string): string {
    return `${this.#path}[${key}]`;
  }

  async #entryRange(key: string): Promise<ByteRange> {
    const entry = this.#entry(key);
    if (entry.compressionMethod !== STORED) return memoryRange(await this.#readEntry(key));
    const { fileDataStart } = await withZip(this.#path, async (zip) => {
      await this.#checkSum(zip, entry, key);
      return zip.readLocalFileHeaderPromise(entry, { minimal: true });
    });
    return fileRange(this.#path, fileDataStart, entry.uncompressedSize);
  }

  async #checkSum(zip: ZipFile, entry: Entry, key: string): Promise<void> {
    let sum = 0;
    for await (const piece of await zip.openReadStreamPromise(entry)) sum = crc32(piece as Buffer, sum);
    if (sum !== entry.crc32) throw damaged(this.#where(key), 'its checksum is wrong');
  }

  #readEntry(key: string): Promise<Buffer> {
    const entry = this.#entry(key);
    return withZip(this.#path, async (zip) => {
      const pieces: Buffer[] = [];
      for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece as Buffer);
      const bytes = Buffer.concat(pieces);
      if (crc32(bytes) === entry.crc32) return bytes;
      throw damaged(this.#where(key), 'its checksum is wrong');
    });
  }

  #entry(key: string): Entry {
    const entry = this.#entries.get(key)!;
    if (!entry.isEncrypted()) return entry;
    throw new CalibrtError(
      'ERR_DATA_FORMAT',
      `${this.#where(key)} is encrypted: save the arrays again with numpy.savez`,
    );
  }
}

async function withZip<T>(path: string, use: (zip: ZipFile) => Promise<T>): Promise<T> {
  // Loaded where it is needed: most runs have no archives.
  const { openPromise } = (await import('yauzl')).default;
  let zip: ZipFile | undefined;
  try {
    // Names are not paths here, and may begin with a slash.
    zip = await openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false });
    return await use(zip);
  } catch (cause) {
    if (cause instanceof CalibrtError) throw cause;
    if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw readFailure(path, cause);
    throw damaged(path, cause instanceof Error ? cause.message : String(cause), cause);
  } finally {
    zip?.close();
  }
}

function damaged(where: string, reason: string, cause?: unknown): CalibrtError {
  return new CalibrtError(
    'ERR_DATA_FORMAT',
    `${where} is no readable .npz archive: ${reason.replace(/\.+$/, '')}. Save it again with numpy.savez`,
    {
      cause,
    },
  );
}
