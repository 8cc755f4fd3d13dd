import type { Tensor } from '../data/tensor.js';
import type { Graph } from './graph.js';
import { Initializer } from './initializer.js';

/** Adds a new constant and returns its name, which is `base` or made unique from it. */
export function addConstant(graph: Graph, base: string, tensor: Tensor, names: Graph = graph): string {
  const name = names.uniqueName(base);
  graph.setInitializer(Initializer.create(name, tensor));
  return name;
}

/** A one-dimensional int64 tensor. */
export function int64(values: readonly (number | bigint)[]): Tensor {
  return { dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

/** A float32 tensor: a scalar for a number, else one-dimensional. */
export function float32(values: number | readonly number[]): Tensor {
  return typeof values === 'number'
    ? { dtype: 'float32', shape: [], data: Float32Array.of(values) }
    : { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) };
}

/** The constant behind a tensor name: an initializer, or the value of a `Constant` node. */
export function constantOf(graph: Graph, name: string): Initializer | undefined {
  const initializer = graph.initializers.get(name);
  if (initializer) return initializer;
  const producer = graph.producer(name);
  return producer?.is('Constant') ? producer.tensor('value') : undefined;
}

/** The values of a small constant as numbers; `undefined` where the tensor is none. */
export async function constantNumbers(graph: Graph, name: string | undefined): Promise<number[] | undefined> {
  const constant = name ? constantOf(graph, name) : undefined;
  if (!constant || constant.size > 4096) return undefined;
  const { data } = await constant.read();
  return Array.from(data as ArrayLike<number | bigint>, Number);
}
