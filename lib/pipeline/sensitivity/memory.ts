import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CalibrtError } from '../../errors.js';
import { writeFileAtomic } from '../../files.js';
import type { RankMemory, UnitJudgements } from './rank.js';

const FORMAT = 'calibrt sensitivity 1';

interface Contents {
  readonly format: typeof FORMAT;
  readonly key: string;
  readonly units: Readonly<Record<string, UnitJudgements>>;
}

/** Judgements in memory only. */
export function freshMemory(): RankMemory {
  const units = new Map<string, UnitJudgements>();
  return { get: (node) => units.get(node), set: (node, judgements) => void units.set(node, judgements) };
}

/**
 * Judgements that are kept in a file too, so that an interrupted ranking goes on where it was.
 *
 * @param identity - Everything that the judgements depend on, as plain data.
 * @throws CalibrtError `ERR_TABLE_INVALID` where the file is no such file, `ERR_TABLE_MISMATCH` where it is another ranking's.
 */
export async function fileMemory(path: string, identity: unknown): Promise<RankMemory> {
  const key = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  const units = new Map(Object.entries((await read(path, key))?.units ?? {}));
  return {
    get: (node) => units.get(node),
    set: async (node, judgements) => {
      units.set(node, judgements);
      const contents: Contents = { format: FORMAT, key, units: Object.fromEntries(units) };
      await writeFileAtomic(path, `${JSON.stringify(contents, encodeNumber)}\n`);
    },
  };
}

async function read(path: string, key: string): Promise<Contents | undefined> {
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CalibrtError('ERR_TABLE_INVALID', `--resume ${path} cannot be read`, { cause });
  }
  let contents: Partial<Contents> | null;
  try {
    contents = JSON.parse(text, decodeNumber) as Partial<Contents> | null;
  } catch (cause) {
    throw new CalibrtError('ERR_TABLE_INVALID', `--resume ${path} holds no ranking: delete it, or name another`, {
      cause,
    });
  }
  if (contents?.format !== FORMAT) {
    throw new CalibrtError('ERR_TABLE_INVALID', `--resume ${path} holds no ranking: delete it, or name another`);
  }
  if (contents.key === key) return contents as Contents;
  throw new CalibrtError(
    'ERR_TABLE_MISMATCH',
    `--resume ${path} is of another ranking: model, samples, ranges, metric or ONNX Runtime differ; give the same again, or delete it`,
  );
}

// JSON has no infinities, and an SQNR of equal outputs is one.
function encodeNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
}

function decodeNumber(_key: string, value: unknown): unknown {
  const encoded = (value as { number?: unknown } | null)?.number;
  return typeof encoded === 'string' ? Number(encoded) : value;
}
