import { externalChunks, type ExternalLocation } from './external.js';
import type { Initializer } from './initializer.js';

// Readers map external files into memory: large tensors start on a page.
const pageBytes = 4096;

/** Where each tensor comes to lie in one data file, by tensor name. */
export function layOut(tensors: ReadonlySet<Initializer>, file: string): Map<string, ExternalLocation> {
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

/** The data file's bytes, in pieces; values of other external files are read as they are needed. */
export function* dataChunks(
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
