// Real topologies with random weights, written by Python once to the cache folder, never committed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../fixtures/python.mjs';
import { cacheRoot } from '../sdk/cache.mjs';
import { run, Unavailable } from '../sdk/client.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Which script writes which models, and what it needs. */
export const collections = {
  light: {
    script: file('../../test/zoo/light_models.py'),
    requirements: file('../../test/zoo/requirements.txt'),
    names: ['resnet50', 'densenet121', 'shufflenet', 'squeezenet', 'inception_v2', 'vgg19'],
  },
  torch: {
    script: file('zoo_torch.py'),
    requirements: file('zoo_torch.txt'),
    names: ['mobilenet_v2', 'efficientnet_b0', 'transformer_encoder'],
  },
};

/**
 * The path of one model.
 *
 * @param {keyof typeof collections} collection
 * @param {string} name
 * @param {string} [python] An interpreter that has the requirements; default: a virtual environment in the cache folder.
 * @returns {Promise<string>}
 * @throws Unavailable where there is no Python, or its packages cannot be installed.
 */
export async function zooModel(collection, name, python) {
  const { script, requirements } = collections[collection];
  const hash = createHash('sha256').update(readFileSync(script)).update(readFileSync(requirements));
  const folder = join(cacheRoot(), 'models', `${collection}-${hash.digest('hex').slice(0, 16)}`);
  const path = join(folder, `${name}.onnx`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(folder, 'part-'));
  try {
    const { ok, reason } = run(python ?? (await pythonWith(requirements)), [script, temporary, name]);
    if (!ok) throw new Unavailable(`${script} could not write ${name}: ${reason}`);
    renameSync(join(temporary, `${name}.onnx`), path);
  } finally {
    rmSync(temporary, { recursive: true });
  }
  return path;
}

// A process of its own lets a caller go on while packages are installed: `node scripts/bench/zoo-models.mjs COLLECTION NAME` prints the
// path.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await zooModel(process.argv[2], process.argv[3]));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
