import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { CaptureState } from '../../backends/onnxruntime/index.js';
import { CalibrtError } from '../../errors.js';
import { writeFileAtomic } from '../../files.js';

const compress = promisify(deflate);
const expand = promisify(inflate);

const FORMAT = 'calibrt checkpoint 1';

/** What a checkpoint's file holds. */
interface Contents extends Omit<CaptureState, 'statistics'> {
  readonly format: typeof FORMAT;
  /** Hash of everything that the statistics depend on. */
  readonly key: string;
  /** Serialized state by tensor, deflated, in base64. */
  readonly statistics: readonly (readonly [string, string])[];
}

/** A file that keeps how far a capture has come, so that one that was interrupted goes on where it was. */
export class Checkpoint {
  #writing: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    readonly key: string,
    /** Where to go on; absent where the file does not exist yet. */
    readonly state: CaptureState | undefined,
  ) {}

  /**
   * Opens the file, if there is one.
   *
   * @param identity - Everything that the statistics depend on, as plain data.
   * @throws CalibrtError `ERR_TABLE_INVALID` where the file is no checkpoint, `ERR_TABLE_MISMATCH` where it is another capture's.
   */
  static async open(path: string, identity: unknown): Promise<Checkpoint> {
    const key = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
    const contents = await readContents(path);
    if (contents !== undefined && contents.key !== key) {
      throw new CalibrtError(
        'ERR_TABLE_MISMATCH',
        `${path} is the checkpoint of another calibration: model, samples, preprocessing, threads or ONNX Runtime differ; give the ` +
          'same again, or delete it to start afresh',
      );
    }
    return new Checkpoint(path, key, contents && (await unpack(contents, path)));
  }

  /** Writes the state, unless the last one is still being written: then the next will do. */
  save(state: CaptureState): void {
    this.#writing ??= this.#write(state)
      // A calibration does not fail for want of its checkpoint; the path was checked before.
      .catch(() => undefined)
      .finally(() => (this.#writing = undefined));
  }

  /** Waits for a write that is under way, so that no temporary file stays. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write({ statistics, ...rest }: CaptureState): Promise<void> {
    const packed = [...statistics].map(async ([name, bytes]): Promise<[string, string]> => {
      return [name, (await compress(bytes)).toString('base64')];
    });
    const contents: Contents = { format: FORMAT, key: this.key, ...rest, statistics: await Promise.all(packed) };
    await writeFileAtomic(this.path, JSON.stringify(contents));
  }
}

async function readContents(path: string): Promise<Contents | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalid(path, cause);
  }
  try {
    const parsed = JSON.parse(text) as { readonly format?: unknown };
    if (parsed.format === FORMAT) return parsed as Contents;
  } catch (cause) {
    throw invalid(path, cause);
  }
  throw invalid(path);
}

async function unpack({ statistics, ...rest }: Contents, path: string): Promise<CaptureState> {
  try {
    const unpacked = statistics.map(async ([name, text]): Promise<[string, Uint8Array]> => {
      return [name, await expand(Buffer.from(text, 'base64'))];
    });
    const { consumed, samples, skipped, allZero, firstSample } = rest;
    return { consumed, samples, skipped, allZero, firstSample, statistics: new Map(await Promise.all(unpacked)) };
  } catch (cause) {
    throw invalid(path, cause);
  }
}

function invalid(path: string, cause?: unknown): CalibrtError {
  return new CalibrtError(
    'ERR_TABLE_INVALID',
    `${path} is no checkpoint of a calibration: give another name to --resume, or delete it to start afresh`,
    { cause },
  );
}
