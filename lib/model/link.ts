import { link } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { resolveExternal } from './external.js';
import { externalFiles } from './hash.js';
import type { Initializer } from './initializer.js';

/** What of a model is linked. */
interface Linkable {
  readonly source: { readonly path: string; readonly folder: string };
  readonly initializers: ReadonlyMap<string, Initializer>;
}

/**
 * Hard-links a model's external files beside `path`. Symbolic links would not do: ONNX Runtime follows them and refuses what lies
 * outside the folder. Returns the new name of each file that could be linked; the others (on another file system) have to be copied.
 */
export async function linkExternal(model: Linkable, path: string): Promise<Map<string, string>> {
  const linked = new Map<string, string>();
  for (const [index, file] of externalFiles(model.initializers.values()).entries()) {
    const name = `${basename(path)}.link${index}`;
    const source = resolveExternal(model.source.path, model.source.folder, file);
    const made = await link(source, join(dirname(path), name)).then(
      () => true,
      () => false,
    );
    if (made) linked.set(file, name);
  }
  return linked;
}
