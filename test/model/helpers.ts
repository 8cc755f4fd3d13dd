import { fileURLToPath } from 'node:url';
import ort from 'onnxruntime-node';
import type { DataType, Tensor, TensorData } from '#lib/data/tensor.js';
import { type Evaluate, type Model, openModel } from '#lib/model/index.js';

/** Path of a fixture below test/fixtures/models. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
}

export const openFixture = (name: string): Promise<Model> => openModel(fixture(name));

type Feeds = Record<string, ort.Tensor>;
export type Outputs = Record<string, { readonly dims: readonly number[]; readonly data: ArrayLike<number | bigint> }>;

/** Runs a model from its bytes, unoptimized, so that what is compared is the graph itself. */
export async function run(model: Model | Uint8Array, feeds: Feeds): Promise<Outputs> {
  const bytes = model instanceof Uint8Array ? model : model.toBytes();
  const session = await ort.InferenceSession.create(bytes, {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
  });
  try {
    return (await session.run(feeds)) as unknown as Outputs;
  } finally {
    await session.release();
  }
}

/** Computes constant expressions with ONNX Runtime. */
export const evaluate: Evaluate = async (bytes) => {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
  const results = await session.run({});
  const tensors: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(results)) {
    tensors[name] = { dtype: tensor.type as DataType, shape: tensor.dims, data: tensor.data as TensorData };
  }
  return tensors;
};

/** A small generator of equal numbers on every machine, in [-1, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
}

/** Random values for a model's inputs; open dimensions become 2, an open shape [2, 3, 4]. */
export function randomFeeds(model: Model, seed = 1): Feeds {
  const next = randomNumbers(seed);
  const feeds: Feeds = {};
  for (const { name, dtype, shape = [2, 3, 4] } of model.inputs) {
    const dims = shape.map((dim) => (typeof dim === 'number' ? dim : 2));
    const size = dims.reduce((product, dim) => product * dim, 1);
    if (dtype === 'bool')
      feeds[name] = new ort.Tensor(
        'bool',
        Array.from({ length: size }, () => next() > 0),
        dims,
      );
    else if (dtype === 'float32')
      feeds[name] = new ort.Tensor('float32', Float32Array.from({ length: size }, next), dims);
    else throw new Error(`no random values for ${dtype ?? 'an unknown type'}`);
  }
  return feeds;
}

export { ort };

/** The largest difference of two runs, by output, in units of the first one's range. */
export function relativeError(expected: Outputs, actual: Outputs): number {
  let worst = 0;
  for (const [name, { dims, data }] of Object.entries(expected)) {
    const other = actual[name];
    if (other?.data.length !== data.length || String(other.dims) !== String(dims)) return Infinity;
    const values = Array.from(data, Number);
    const range = Math.max(...values) - Math.min(...values) || 1;
    const errors = values.map((value, i) => Math.abs(value - Number(other.data[i])) / range);
    worst = Math.max(worst, ...errors);
  }
  return worst;
}
