import { stat } from 'node:fs/promises';
import { openModel } from '../model/index.js';

/** Size of a model on disk: the file and what it holds in external files. */
export async function modelFileBytes(path: string): Promise<number> {
  const [{ size }, model] = await Promise.all([stat(path), openModel(path)]);
  const external = [...model.initializers.values()].map((tensor) => tensor.external?.length ?? 0);
  return external.reduce((total, bytes) => total + bytes, size);
}
