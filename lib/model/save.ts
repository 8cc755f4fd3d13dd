import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CalibrtError } from '../errors.js';
import { writeFileAtomic } from '../files.js';
import { dataChunks, layOut } from './data-file.js';
import type { ExternalLocation } from './external.js';
import { externalFiles } from './hash.js';
import type { Initializer } from './initializer.js';
import { linkExternal } from './link.js';
import type { GraphNode } from './node.js';
import { piecesLength, type Pieces } from './wire/fields.js';

/** Options of `Model.save`. */
export interface SaveOptions {
  /**
   * For copies that go when the operation ends: external files are hard-linked instead of copied, where the file system can, and nothing
   * is flushed to the disk. Default false, as a copy that is kept must not change with the original.
   */
  readonly temporary?: boolean;
  /** Moves the weights to a file beside, whatever their size: edited copies that are saved in the same folder share it. Default false. */
  readonly external?: boolean;
}

/** What of a model is saved. */
interface Savable {
  readonly source: { readonly path: string; readonly folder: string };
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Initializer>;
  pieces(tensor?: (initializer: Initializer) => Pieces): Pieces;
}

/** When values move to an external file; for tests. */
export interface SaveLimits {
  /** Largest model file with its weights inside: protobuf messages end at 2 GB, and heads need some room. */
  readonly limit: number;
  /** Values of fewer bytes stay in the model file, where shape inference finds them. */
  readonly smallest: number;
}

const defaultLimits: SaveLimits = { limit: 2 ** 31 - 2 ** 20, smallest: 1024 };
const externalLimits: SaveLimits = { ...defaultLimits, limit: 0 };

/** See `Model.save`. */
export async function saveModel(
  model: Savable,
  path: string,
  options: SaveOptions = {},
  limits = options.external ? externalLimits : defaultLimits,
): Promise<void> {
  const moves = resolve(dirname(path)) !== resolve(model.source.folder);
  if (moves) checkBodies(model);
  const linked = moves && options.temporary ? await linkExternal(model, path) : new Map<string, string>();
  const moved = tensorsToMove(model, (tensor) => moves && !linked.has(tensor.external?.file ?? ''), limits);
  const file = dataFileName(model, path);
  const locations = layOut(moved, file);
  const data = join(dirname(path), file);
  const flush = { flush: !options.temporary };
  if (moved.size > 0) await writeFileAtomic(data, dataChunks(moved, locations), flush);
  const pieces = (tensor: Initializer): Pieces => {
    const location = locations.get(tensor.name) ?? relocated(tensor, linked);
    return location ? tensor.piecesAt(location) : tensor.pieces();
  };
  try {
    await writeFileAtomic(path, moved.size + linked.size > 0 ? model.pieces(pieces) : model.pieces(), flush);
  } catch (error) {
    if (moved.size > 0) await rm(data, { force: true });
    throw error;
  }
}

/** The tensors whose values go to a new data file. */
function tensorsToMove(
  model: Savable,
  isLeftBehind: (external: Initializer) => boolean,
  { limit, smallest }: SaveLimits,
): ReadonlySet<Initializer> {
  const tooLarge = piecesLength(model.pieces()) > limit;
  const moved = new Set<Initializer>();
  for (const tensor of model.initializers.values()) {
    const moves = tensor.external ? isLeftBehind(tensor) : tooLarge && (tensor.rawBytes()?.length ?? 0) >= smallest;
    if (moves) moved.add(tensor);
  }
  return moved;
}

function relocated({ external }: Initializer, linked: ReadonlyMap<string, string>): ExternalLocation | undefined {
  const file = external && linked.get(external.file);
  return file === undefined ? undefined : { ...external!, file };
}

// In the model's own folder the obvious name may be that of a file which other tensors are still read from.
function dataFileName(model: Savable, path: string): string {
  const used = new Set(externalFiles(model.initializers.values()));
  const base = basename(path);
  let name = `${base}.data`;
  for (let i = 1; used.has(name); i++) name = `${base}.${i}.data`;
  return name;
}

// Bodies of control flow are written as they are, their external files by the same relative names.
function checkBodies(model: Savable): void {
  const node = model.nodes.find(({ subgraphs }) => subgraphs?.external);
  if (!node) return;
  throw new CalibrtError(
    'ERR_MODEL_UNSUPPORTED',
    `node "${node.name}" of ${model.source.path} has external data in its body: save the model in the folder that it came from`,
  );
}
