import type { Batch } from '../../data/index.js';
import type { NamedTensors, Tensor, TensorData } from '../../data/tensor.js';

/** Repeats the last sample of a short batch until it has `size`, as a network with a fixed batch needs. */
export function padBatch(batch: Batch, size: number): NamedTensors {
  const samples = batch.names.length;
  if (samples >= size) return batch.inputs;
  const padded: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(batch.inputs)) {
    const { data, shape } = tensor;
    const row = data.length / samples;
    const grown = new (data.constructor as new (length: number) => TensorData)(row * size);
    grown.set(data as never);
    for (let i = samples; i < size; i++) grown.copyWithin(i * row, (samples - 1) * row, samples * row);
    padded[name] = { ...tensor, data: grown, shape: [size, ...shape.slice(1)] };
  }
  return padded;
}

/** The part of an output that belongs to the first `samples` of `size` rows; all of it where axis 0 is not the batch. */
export function ownRows<T extends TensorData>(tensor: Tensor & { data: T }, samples: number, size: number): T {
  if (samples >= size || tensor.shape[0] !== size) return tensor.data;
  return tensor.data.subarray(0, (tensor.data.length / size) * samples) as T;
}
