import type { NamedTensors, Tensor } from '../data/tensor.js';
import { CalibrtError } from '../errors.js';

/** What two models made of one sample. The tensors are views of memory that is used again: copy what is to be kept. */
export interface SamplePair {
  /** The sample's file or row. */
  readonly name: string;
  /** Index of its class, where one is known. */
  readonly label: number | undefined;
  /** Outputs of the reference by name; axis 0 has the length 1 where it counts samples. */
  readonly reference: NamedTensors;
  /** The same of the candidate. */
  readonly candidate: NamedTensors;
}

/** The names and labels of the samples of a run. */
export interface SampleLabels {
  readonly names: readonly string[];
  readonly labels?: readonly (number | undefined)[];
}

/**
 * Takes a run of both models apart into its samples.
 *
 * @param size - Samples in the run, padding included.
 * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` where an output has no row for each sample.
 */
export function* samplePairs(
  { names, labels }: SampleLabels,
  reference: NamedTensors,
  candidate: NamedTensors,
  size: number,
): Generator<SamplePair> {
  for (const [index, name] of names.entries()) {
    const rows = (tensors: NamedTensors): NamedTensors =>
      Object.fromEntries(Object.entries(tensors).map(([output, tensor]) => [output, row(output, tensor, index, size)]));
    yield { name, label: labels?.[index], reference: rows(reference), candidate: rows(candidate) };
  }
}

function row(output: string, tensor: Tensor, index: number, size: number): Tensor {
  if (size === 1) return tensor;
  const { data, shape } = tensor;
  if (shape[0] !== size) {
    throw new CalibrtError(
      'ERR_MODEL_UNSUPPORTED',
      `output ${output} of a run of ${size} samples is [${shape.join(', ')}], so its rows are not the samples': run one at a time (--batch 1)`,
    );
  }
  const length = data.length / size;
  const part = data.subarray(index * length, (index + 1) * length);
  return { ...tensor, data: part, shape: [1, ...shape.slice(1)] };
}
