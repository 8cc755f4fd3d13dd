import { basename, dirname, join, resolve } from 'node:path';
import { writeFileAtomic } from '../files.js';
import { externalChunks, type ExternalLocation } from './external.js';
import { externalFiles } from './hash.js';
import type { Initializer } from './initializer.js';
import type { Model } from './model.js';
import { piecesLength, type Pieces } from './wire/fields.js';

/** When values move to an external file; for tests. */
export interface SaveLimits {
  /** Largest model file with its weights inside: protobuf messages end at 2 GB, and heads need some room. */
  readonly limit: number;
  /** Values of fewer bytes stay in the model file, where shape inference finds them. */
  readonly smallest: number;
}

const defaultLimits: SaveLimits = { limit: 2 ** 31 - 2 ** 20, smallest: 1024 };

// Readers map external files into memory: large tensors start on a page.
const pageBytes = 4096;

/** See `Model.save`. */
export async function saveModel(model: Model, path: string, limits = defaultLimits): Promise<void> {
  const moved = plan(model, path, limits);
  if (moved.size === 0) {
    await writeFileAtomic(path, model.pieces());
    return;
  }
  const file = dataFileName(model, path);
  const locations = layOut(moved, file);
  await writeFileAtomic(join(dirname(path), file), dataChunks(moved, locations));
  const pieces = (tensor: Initializer): Pieces => {
    const location = locations.get(tensor.name);
    return location ? tensor.piecesAt(location) : tensor.pieces();
  };
  await writeFileAtomic(path, model.pieces(pieces));
}

/** The tensors whose values go to a new data file. */
function plan(model: Model, path: string, { limit, smallest }: SaveLimits): ReadonlySet<Initializer> {
  const moved = new Set<Initializer>();
  const sameFolder = resolve(dirname(path)) === resolve(model.source.folder);
  for (const tensor of model.initializers.values()) if (tensor.external && !sameFolder) moved.add(tensor);
  if (piecesLength(model.pieces()) > limit) {
    for (const tensor of model.initializers.values()) {
      if ((tensor.rawBytes()?.length ?? 0) >= smallest) moved.add(tensor);
    }
  }
  return moved;
}

// In the model's own folder the obvious name may be that of a file which other tensors are still read from.
function dataFileName(model: Model, path: string): string {
  const used = new Set(externalFiles(model.initializers.values()));
  const base = basename(path);
  let name = `${base}.data`;
  for (let i = 1; used.has(name); i++) name = `${base}.${i}.data`;
  return name;
}

function layOut(tensors: ReadonlySet<Initializer>, file: string): Map<string, ExternalLocation> {
  const locations = new Map<string, ExternalLocation>();
  let offset = 0;
  for (const tensor of tensors) {
    const length = tensor.external?.length ?? tensor.rawBytes()?.length ?? 0;
    if (length >= pageBytes) offset = Math.ceil(offset / pageBytes) * pageBytes;
    locations.set(tensor.name, { file, offset, length });
    offset += Math.ceil(length / 16) * 16;
  }
  return locations;
}

function* dataChunks(
  tensors: ReadonlySet<Initializer>,
  locations: ReadonlyMap<string, ExternalLocation>,
): Generator<Uint8Array> {
  let at = 0;
  for (const tensor of tensors) {
    const location = locations.get(tensor.name);
    if (!location) continue;
    yield new Uint8Array(location.offset - at);
    const path = tensor.externalPath();
    if (tensor.external && path !== undefined) yield* externalChunks(path, tensor.external.offset, location.length);
    else yield tensor.rawBytes() ?? new Uint8Array(0);
    at = location.offset + location.length;
  }
}
